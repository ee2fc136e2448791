/** A small TypeScript editor by CodeMirror: loaded as a script of its own, when a lesson is on screen. */
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  lineNumbers,
  WidgetType,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { element } from "../../components/dom.ts";

export interface EditorOptions {
  readonly label: string;
  readonly code: string;
  readonly readOnly: boolean;
  readonly onChange: (code: string) => void;
  readonly onRun: () => void;
  /** What it is put into. */
  readonly place: HTMLElement;
  /** What can be completed. */
  readonly names: () => Promise<{ readonly exports: readonly string[]; readonly methods: readonly string[] }>;
}

export interface Editor {
  setCode(code: string): void;
  /** Says what is wrong below its line; undefined: nothing is. */
  showProblem(problem: { readonly line: number; readonly message: string } | undefined): void;
  /** Lights a piece of the code, or none. */
  light(piece: string | undefined): void;
}

const setMarks = StateEffect.define<DecorationSet>();

/** Decorations that are set from outside; those of a problem go with the next edit. */
const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    const set = transaction.effects.find((effect) => effect.is(setMarks));
    if (set) return set.value as DecorationSet;
    return transaction.docChanged ? Decoration.none : value;
  },
  provide: (field) => EditorView.decorations.from(field),
});

class ProblemWidget extends WidgetType {
  readonly message: string;

  constructor(message: string) {
    super();
    this.message = message;
  }

  override toDOM(): HTMLElement {
    return element("div", { class: "cm-problem" }, this.message);
  }
}

/** In a shadow tree the sheets of the editor are adopted, as the page's policy of content wants it. */
const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "transparent", fontSize: "0.86rem" },
  "&.cm-focused": { outline: "2.5px solid var(--accent)", outlineOffset: "-2.5px", borderRadius: "8px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { padding: "12px 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 14px 0 6px" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--ink-soft)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "32px", padding: "0 6px 0 8px" },
  ".cm-lit": { backgroundColor: "var(--warn-soft)", boxShadow: "0 0 0 2px var(--warn)", borderRadius: "3px" },
  ".cm-problem-line": { backgroundColor: "var(--bad-soft)" },
  ".cm-problem": {
    padding: "4px 14px 6px 6px",
    color: "var(--bad)",
    backgroundColor: "var(--bad-soft)",
    fontFamily: "var(--sans)",
    whiteSpace: "pre-wrap",
  },
  ".cm-tooltip": {
    border: "1px solid var(--line-strong)",
    backgroundColor: "var(--surface)",
    color: "var(--ink)",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.regexp], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.comment], color: "var(--ink-soft)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.className], color: "var(--code-type)" },
]);

export function createEditor({
  place,
  label,
  code,
  readOnly,
  onChange,
  onRun,
  names,
}: EditorOptions): Editor {
  const host = element("div", { class: "editor" });
  // In the page before the editor is made, which measures its lines.
  place.replaceChildren(host);
  const root = host.attachShadow({ mode: "open" });
  const complete = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const found = context.matchBefore(/\.?\w+$|\.$/);
    if (!found || (found.text.length < 2 && !context.explicit && !found.text.startsWith("."))) return null;
    const { exports, methods } = await names();
    const ofTensor = found.text.startsWith(".");
    const own = [...context.state.doc.toString().matchAll(/\b(?:const|let|function)\s+(\w+)/g)];
    const labels = ofTensor
      ? methods
      : [...exports, ...own.map(([, name]) => name as string), "show", "plot"];
    return {
      from: found.from + (ofTensor ? 1 : 0),
      options: [...new Set(labels)].map((name) => ({ label: name, type: ofTensor ? "method" : "variable" })),
      validFor: /^\w*$/,
    };
  };
  const runs = () => {
    onRun();
    return true;
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: code,
      extensions: [
        keymap.of([{ key: "Mod-Enter", run: runs }]),
        lineNumbers(),
        history(),
        bracketMatching(),
        javascript({ typescript: true }),
        syntaxHighlighting(colours),
        ...(readOnly ? [] : [closeBrackets(), autocompletion({ override: [complete], icons: false })]),
        keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorState.readOnly.of(readOnly),
        // The scroller itself takes no focus; whoever is in the text scrolls it.
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
        marks,
        theme,
      ],
    }),
  });
  const mark = (set: DecorationSet) => view.dispatch({ effects: setMarks.of(set) });
  return {
    setCode(next) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    showProblem(problem) {
      if (!problem) return mark(Decoration.none);
      const line = view.state.doc.line(Math.min(problem.line, view.state.doc.lines));
      const widget = Decoration.widget({ widget: new ProblemWidget(problem.message), block: true, side: 1 });
      const whole = Decoration.line({ class: "cm-problem-line" });
      mark(Decoration.set([whole.range(line.from), widget.range(line.to)]));
    },
    light(piece) {
      const at = piece === undefined ? -1 : view.state.doc.toString().indexOf(piece);
      if (piece === undefined || at < 0) return mark(Decoration.none);
      mark(Decoration.set([Decoration.mark({ class: "cm-lit" }).range(at, at + piece.length)]));
    },
  };
}
