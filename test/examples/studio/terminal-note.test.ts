import { expect, test } from "vitest";
import { terminalCommand } from "../../../examples/studio/pages/upscale/terminal-note.ts";

test.each([
  ["cat.jpg", ["--scale", "4"], "--scale 4 cat.jpg cat_x4.png"],
  ["my cat's.jpg", [], "'my cat'\\''s.jpg' 'my cat'\\''s_x4.png'"],
  ["-v.png", ["--model", "net.pth"], "--model net.pth ./-v.png ./-v_x4.png"],
  ["$(rm).png", [], "'$(rm).png' '$(rm)_x4.png'"],
])("the command for %s", (photo, wishes, words) => {
  const result = photo.replace(/\.\w+$/, "_x4.png");
  expect(terminalCommand(photo, result, wishes)).toBe(`npm run -s ganvas -- upscale ${words}`);
});
