import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
// @ts-expect-error: a script, tested beside it
import { licencesModule } from "./scripts/lib/licences.mjs";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The modules that the window's page imports, directly or not, as opposed to those that a screen asks for later. */
const start = new Set<string>();
const findStart: Plugin = {
  name: "find-start",
  apply: "build",
  buildEnd() {
    const add = (id: string) => {
      if (!start.has(id)) {
        start.add(id);
        this.getModuleInfo(id)?.importedIds.forEach(add);
      }
    };
    [...this.getModuleIds()].filter((id) => this.getModuleInfo(id)?.isEntry).forEach(add);
  },
};

export default defineConfig({
  root: at("ui"),
  // The window loads from disk, so every path is relative to index.html.
  base: "./",
  plugins: [react(), tailwindcss(), findStart, licencesModule()],
  resolve: { alias: { "@": at("ui/src") } },
  clearScreen: false,
  server: { port: 5199, strictPort: true, host: "localhost" },
  build: {
    outDir: at("dist"),
    emptyOutDir: true,
    // The oldest WebKit among the supported systems.
    target: "safari16",
    chunkSizeWarningLimit: 1500,
    // One file for all that every start reads: each file is a round trip through the shell.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: { advancedChunks: { groups: [{ name: "start", test: (id) => start.has(id) }] } },
    },
  },
  test: {
    environment: "jsdom",
    setupFiles: [at("ui/src/testing/setup.ts")],
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    // Walks through whole screens, beside other builds on two cores.
    testTimeout: 90_000,
    maxWorkers: 2,
  },
});
