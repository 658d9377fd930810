/** Puts `text` on the clipboard; answers whether the system let it. */
export async function copyText(text: string | Promise<string>): Promise<boolean> {
  try {
    if (typeof text === "string") {
      await navigator.clipboard.writeText(text);
    } else if (typeof ClipboardItem === "undefined") {
      await navigator.clipboard.writeText(await text);
    } else {
      // The system asks for a click, and takes an answer of the shell for none: it is told before the answer is there.
      const blob = text.then((answer) => new Blob([answer], { type: "text/plain" }));
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    }
    return true;
  } catch {
    return false;
  }
}
