import { Outlet } from "@tanstack/react-router";
import { useState } from "react";
import { UndoBlockedDialog } from "@/components/UndoBlockedDialog";
import { Palette } from "@/features/palette/Palette";
import { FirstSync, OfflineBanner } from "./Banners";
import { Nav } from "./Nav";
import { PaletteOpener } from "@/components/palette-opener";
import { useShortcuts } from "./use-shortcuts";
import { useWindowActivity } from "./use-window-activity";

/** What surrounds every screen of a signed-in window. */
export function Shell() {
  const [palette, setPalette] = useState(false);
  useShortcuts(() => setPalette(true));
  useWindowActivity();
  return (
    <PaletteOpener value={() => setPalette(true)}>
      <div className="grid h-full grid-cols-[208px_minmax(0,1fr)]">
        <Nav />
        <div className="flex min-h-0 min-w-0 flex-col bg-surface">
          <OfflineBanner />
          <FirstSync />
          <main className="min-h-0 flex-1">
            <Outlet />
          </main>
        </div>
      </div>
      <Palette open={palette} onOpenChange={setPalette} />
      <UndoBlockedDialog />
    </PaletteOpener>
  );
}
