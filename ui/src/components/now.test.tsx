import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { live } from "@/testing/fake-desk";
import { Format } from "./format";
import { goBy, now, todayIn, useMinute } from "./now";

const threeHours = 3 * 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-20T22:30:20Z") });
});

afterEach(() => {
  goBy(live);
  vi.useRealTimers();
});

function Clock() {
  return <p>{new Date(useMinute()).toISOString()}</p>;
}

it("goes by the server where this desk's clock is three hours behind", () => {
  render(<Clock />);
  expect(screen.getByText("2026-11-20T22:30:00.000Z")).toBeVisible();
  expect(todayIn("UTC")).toBe("2026-11-20");
  const status = { ...live, server_ahead_ms: threeHours };
  act(() => expect(goBy(status)).toBe(status));
  expect(new Date(now()).toISOString()).toBe("2026-11-21T01:30:20.000Z");
  expect(todayIn("UTC")).toBe("2026-11-21");
  expect(new Format("en-GB", "UTC", "UTC").moment("2026-11-21T01:12:00Z")).toBe("today 01:12");
  // What is on screen follows at once, and turns over with the server's minute.
  expect(screen.getByText("2026-11-21T01:30:00.000Z")).toBeVisible();
  act(() => vi.advanceTimersByTime(40_010));
  expect(screen.getByText("2026-11-21T01:31:00.000Z")).toBeVisible();
});
