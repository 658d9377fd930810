import { z } from "zod";

// Zod would otherwise try to compile its checks, which the window's content policy forbids and reports.
z.config({ jitless: true });

export { z };
