/** Sentences out of a name and the words that fit it, where nobody has written any: what an emoji's table has. */

/** Words of a list that go into one sentence. */
const TAGS_AT_ONCE = 3;

/**
 * The names themselves, the names within short sentences, and the names with the words that fit them, a few at a time.
 * @param names "red heart"
 * @param tags "love", "emotion"
 * @returns "red heart", "a red heart", …, "red heart, love, emotion"
 */
export function sentencesOf(names: readonly string[], tags: readonly string[]): string[] {
  const sentences = new Set(names);
  for (const name of names) {
    // "flag: Peru" is no noun that an article fits.
    const noun = name.includes(":") ? name : `${articleOf(name)} ${name}`;
    for (const text of [noun, `a picture of ${noun}`]) sentences.add(text);
  }
  const [name = ""] = names;
  const known = new Set(names.flatMap(wordsOf));
  const others = tags.filter((tag) => !known.has(tag.toLowerCase()));
  for (let k = 0; k < others.length; k += TAGS_AT_ONCE)
    sentences.add([name, ...others.slice(k, k + TAGS_AT_ONCE)].join(", "));
  return [...sentences];
}

const articleOf = (name: string): string => (/^[aeiou]/i.test(name) ? "an" : "a");

/** A caption's words, in lower case. */
export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}'’]+/gu) ?? [];
