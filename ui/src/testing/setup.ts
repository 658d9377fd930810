/** What jsdom lacks and the widgets ask for. */
import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { undoStack } from "@/components/undo-stack";

// Two cores shared with other builds: a screen may take its time.
configure({
  asyncUtilTimeout: 5000,
  // The sentence says what was not found; the whole page beside it says nothing more.
  getElementError: (message) => new Error(message?.split("\n\n")[0] ?? "not found"),
});

class Observer {
  observe() {}
  unobserve() {}
  disconnect() {}
}
vi.stubGlobal("ResizeObserver", Observer);
vi.stubGlobal("IntersectionObserver", Observer);
Element.prototype.scrollIntoView = () => undefined;
Element.prototype.scrollTo = () => undefined;
Element.prototype.getAnimations = () => [];
Element.prototype.hasPointerCapture = () => false;
Element.prototype.setPointerCapture = () => undefined;
Element.prototype.releasePointerCapture = () => undefined;
window.matchMedia = (query: string) => ({
  matches: false,
  media: query,
  onchange: null,
  addListener: () => undefined,
  removeListener: () => undefined,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  dispatchEvent: () => false,
});
// jsdom lays nothing out; the virtualised tables need a height to show rows in.
Object.defineProperty(HTMLElement.prototype, "offsetHeight", { configurable: true, get: () => 640 });
Object.defineProperty(HTMLElement.prototype, "offsetWidth", { configurable: true, get: () => 1000 });
Object.defineProperty(Element.prototype, "clientHeight", { configurable: true, get: () => 640 });
Object.defineProperty(Element.prototype, "clientWidth", { configurable: true, get: () => 1000 });

beforeEach(() => {
  localStorage.clear();
  undoStack.clear();
});
afterEach(() => {
  cleanup();
});
