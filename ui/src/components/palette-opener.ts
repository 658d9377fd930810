import { createContext, useContext } from "react";

/** Opens the command palette from wherever its field is shown. */
export const PaletteOpener = createContext<() => void>(() => undefined);

export function useOpenPalette(): () => void {
  return useContext(PaletteOpener);
}
