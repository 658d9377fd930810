import { describe, expect, it } from "vitest";
import { Format } from "./format";
import { parseDay, parseTime, writeDay } from "./typed-time";
import { addToWall, dayStart, wallChoice, wallTime } from "./wall-time";

describe("wall times", () => {
  it("are what a clock in the zone shows", () => {
    expect(wallTime("2026-07-01T10:00:00Z", "Europe/Madrid")).toBe("2026-07-01T12:00");
    expect(wallTime("2026-12-31T23:30:00Z", "Asia/Kolkata")).toBe("2027-01-01T05:00");
  });

  it("follow the clocks on the very day on which they change", () => {
    expect(wallTime("2026-03-29T00:59:00Z", "Europe/Madrid")).toBe("2026-03-29T01:59");
    expect(wallTime("2026-03-29T01:00:00Z", "Europe/Madrid")).toBe("2026-03-29T03:00");
    expect(wallTime("2026-10-25T00:59:00Z", "Europe/Madrid")).toBe("2026-10-25T02:59");
    expect(wallTime("2026-10-25T01:00:00Z", "Europe/Madrid")).toBe("2026-10-25T02:00");
    // A whole day was left out.
    expect(wallTime("2011-12-30T09:59:00Z", "Pacific/Apia")).toBe("2011-12-29T23:59");
    expect(wallTime("2011-12-30T10:00:00Z", "Pacific/Apia")).toBe("2011-12-31T00:00");
    expect(wallTime("1900-01-01T12:00:00Z", "Europe/Madrid")).toMatch(/^1900-01-01T1[12]:\d\d$/);
  });

  it("know which of two moments is meant where the clock shows a time twice", () => {
    expect(wallChoice("2026-10-25T00:30:00Z", "Europe/Madrid")).toBe("earlier");
    expect(wallChoice("2026-10-25T01:30:00Z", "Europe/Madrid")).toBe("later");
    expect(wallChoice("2026-10-25T02:30:00Z", "Europe/Madrid")).toBeNull();
    expect(wallChoice("2026-04-04T15:00:00Z", "Australia/Lord_Howe")).toBe("later");
  });

  it("begin a day at its first instant, also when the clocks change on it", () => {
    expect(dayStart("2026-03-29", "Europe/Madrid")).toBe("2026-03-28T23:00:00.000Z");
    expect(dayStart("2026-03-29", "Europe/Madrid", 1)).toBe("2026-03-29T22:00:00.000Z");
  });

  it("add on the face of the clock", () => {
    expect(addToWall("2026-12-31T22:00", 240)).toBe("2027-01-01T02:00");
  });
});

describe("typed days and times", () => {
  it("are read as the locale writes them, and as ISO dates everywhere", () => {
    expect(parseDay("21/11/2026", "en-GB", 2026)).toBe("2026-11-21");
    expect(parseDay("11/21/26", "en-US", 2026)).toBe("2026-11-21");
    expect(parseDay("21.11.", "de-DE", 2026)).toBe("2026-11-21");
    expect(parseDay("2026-11-21", "en-US", 2026)).toBe("2026-11-21");
  });

  it("are refused where there is no such day or time", () => {
    for (const typed of ["", "31/02/2026", "tomorrow", "1/2/3/4"]) {
      expect(parseDay(typed, "en-GB", 2026)).toBeNull();
    }
    for (const typed of ["", "24:00", "12:60", "13 pm", "noon"]) {
      expect(parseTime(typed)).toBeNull();
    }
  });

  it("are read from the ways people write times", () => {
    const ways = {
      "9": "09:00",
      "930": "09:30",
      "9.30": "09:30",
      "9:30 pm": "21:30",
      "12am": "00:00",
      "21h30": "21:30",
      "2130": "21:30",
    };
    for (const [typed, time] of Object.entries(ways)) {
      expect([typed, parseTime(typed)]).toEqual([typed, time]);
    }
  });

  it("come back from how a day is written in any locale", () => {
    for (const locale of ["en-GB", "en-US", "de-DE", "es-ES", "sv-SE", "ja-JP", "ar-EG", "he-IL", "hu-HU"]) {
      expect([locale, parseDay(writeDay("2027-03-09", locale), locale, 2026)]).toEqual([
        locale,
        "2027-03-09",
      ]);
    }
  });
});

describe("written times", () => {
  const format = new Format("en-GB", "Europe/Madrid", "Europe/Madrid", () =>
    Date.parse("2026-11-20T13:32:00Z"),
  );

  it("are short where they can be", () => {
    expect(format.span("2026-11-21T12:00:00Z", "2026-11-21T20:00:00Z")).toBe("Sat 21 Nov, 13:00–21:00");
    expect(format.span("2026-11-21T19:00:00Z", "2026-11-22T01:00:00Z")).toBe("Sat 21 Nov, 20:00–02:00");
    expect(format.span("2027-06-01T08:00:00Z", "2027-06-03T08:00:00Z")).toBe(
      "Tue, 1 Jun 2027, 10:00 – Thu, 3 Jun 2027, 10:00",
    );
    expect(format.moment("2026-11-20T09:12:00Z")).toBe("today 10:12");
    expect(format.moment("2026-11-19T16:40:00Z")).toBe("yesterday 17:40");
    expect(format.asOf("2026-11-20T13:32:00Z")).toBe("14:32");
  });

  it("name the zone only where its clock differs from the desk's", () => {
    expect(format.zoneNote("2026-11-20T12:00:00Z", "Europe/Paris")).toBeNull();
    expect(format.zoneNote("2026-11-20T12:00:00Z", "America/New_York")).toBe("New York");
  });

  it("survive a locale or zone that this system does not know", () => {
    const odd = new Format("not a locale", "Mars/Olympus", "Europe/Madrid");
    expect(() => odd.time("2026-11-20T12:00:00Z")).not.toThrow();
  });
});
