/** Whether there is a screen to open a window on. */
import { Stop } from "./say.mjs";

export function hasDisplay(env = process.env, platform = process.platform) {
  return platform !== "linux" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

export function checkDisplay() {
  if (!hasDisplay()) {
    throw new Stop("Cloche is a desktop program and there is no display here to open its window on.");
  }
}
