import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { PaletteOpener } from "@/components/palette-opener";
import { Loading } from "@/components/States";
import { UndoBlockedDialog } from "@/components/UndoBlockedDialog";
import { FirstSync, MovedBanner, OfflineBanner } from "./Banners";
import { Nav } from "./Nav";
import { useShortcuts } from "./use-shortcuts";
import { useWindowActivity } from "./use-window-activity";

const Palette = lazy(async () => ({ default: (await import("@/features/palette/Palette")).Palette }));

/** What surrounds every screen of a signed-in window. */
export function Shell() {
  // Null until it is first asked for: a window that only opens need not read it.
  const [palette, setPalette] = useState<boolean | null>(null);
  useShortcuts(() => setPalette(true));
  useWindowActivity();
  return (
    <PaletteOpener value={() => setPalette(true)}>
      <div className="grid h-full grid-cols-[208px_minmax(0,1fr)]">
        <Nav />
        <div className="flex min-h-0 min-w-0 flex-col bg-surface">
          <OfflineBanner />
          <MovedBanner />
          <FirstSync />
          <main className="min-h-0 flex-1">
            <Suspense fallback={<Loading />}>
              <Outlet />
            </Suspense>
          </main>
        </div>
      </div>
      {palette === null ? null : (
        <Suspense fallback={null}>
          <Palette open={palette} onOpenChange={setPalette} />
        </Suspense>
      )}
      <UndoBlockedDialog />
    </PaletteOpener>
  );
}
