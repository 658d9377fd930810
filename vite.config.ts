import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at("ui"),
  // The window loads from disk, so every path is relative to index.html.
  base: "./",
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": at("ui/src") } },
  clearScreen: false,
  server: { port: 5199, strictPort: true, host: "localhost" },
  build: {
    outDir: at("dist"),
    emptyOutDir: true,
    // The oldest WebKit among the supported systems.
    target: "safari16",
    chunkSizeWarningLimit: 1500,
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
