import { expect, it } from "vitest";
import { Format } from "../format";
import { dueWords } from "./due";

const now = Date.parse("2026-11-20T10:00:30Z");
const format = new Format("en-GB", "Europe/Madrid", "Europe/Madrid", () => now);
const due = (due_at: string, more: { status?: "pending" | "completed"; time_zone?: string } = {}) =>
  dueWords({ due_at, status: "pending", time_zone: "Europe/Madrid", ...more }, format, now);

it("is late from the first whole minute after it was due", () => {
  expect(due("2026-11-20T10:00:00Z")?.tone).toBe("soon");
  expect(due("2026-11-20T10:00:00Z")?.relative).toBe("now");
  expect(due("2026-11-20T09:59:59Z")).toMatchObject({ tone: "late", relative: "1 min late" });
  expect(due("2026-11-20T05:30:00Z")?.relative).toBe("4 h late");
  expect(due("2026-11-18T09:00:00Z")?.relative).toBe("2 days late");
});

it("says how far off it is, in days of the event's place", () => {
  expect(due("2026-11-20T10:40:00Z")?.relative).toBe("in 40 min");
  expect(due("2026-11-20T16:00:00Z")?.relative).toBe("in 6 h");
  expect(due("2026-11-21T16:00:00Z")).toMatchObject({ relative: "tomorrow", tone: "calm" });
  expect(due("2026-11-26T16:00:00Z")?.relative).toBe("in 6 days");
  expect(due("2027-03-01T16:00:00Z")?.relative).toBe("");
  // Already tomorrow in Tokyo, but only a few hours off.
  expect(due("2026-11-20T16:00:00Z", { time_zone: "Asia/Tokyo" })?.relative).toBe("in 6 h");
});

it("writes day and clock of the event's place, and names the place where its clock differs", () => {
  expect(due("2026-11-20T16:00:00Z")).toMatchObject({ absolute: "Fri 20 Nov, 17:00", zone: null });
  expect(due("2026-11-20T16:00:00Z", { time_zone: "Asia/Tokyo" })).toMatchObject({
    absolute: "Sat 21 Nov, 01:00",
    zone: "Tokyo",
  });
});

it("has no lateness for what is done and nothing to say without a due time", () => {
  expect(due("2026-11-18T09:00:00Z", { status: "completed" })).toMatchObject({ relative: "", tone: "calm" });
  expect(dueWords({ due_at: null, status: "pending", time_zone: "UTC" }, format, now)).toBeNull();
});
