/** Where a key press belongs. */

/** Whether it goes into a text field. */
export function inText(event: KeyboardEvent): boolean {
  const target = event.target;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches(
        "input:not([type=checkbox], [type=radio]), textarea, select, [role=combobox], [role=textbox]",
      ))
  );
}

/** Whether a dialog, menu or list lies over the screen and owns the keyboard. */
export function overlayOpen(): boolean {
  return document.querySelector("[role=dialog], [role=alertdialog], [role=menu], [role=listbox]") !== null;
}
