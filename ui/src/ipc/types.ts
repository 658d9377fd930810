/**
 * The contract's types as the rest of the UI uses them. Shapes that only appear inside a command are derived from
 * the command, so that a renamed helper type in the generated file changes nothing else.
 */
import type { commands } from "./bindings";
import type { Unwrapped } from "./unwrap";

type Answer<Name extends keyof typeof commands> = Unwrapped<Awaited<ReturnType<(typeof commands)[Name]>>>;
type Asked<Name extends keyof typeof commands> = Parameters<(typeof commands)[Name]>[0];

export type AppState = Answer<"appStart">;
export type Session = Extract<AppState, { phase: "ready" }>["session"];
export type ServerSummary = Session["server"];
export type Keep = Session["kept"];
export type Device = Answer<"deviceList">["devices"][number];
export type SyncStatus = Answer<"syncStatus">;
export type Activeness = NonNullable<Asked<"windowActivity">>["activity"];

export type EventFilter = NonNullable<Asked<"eventList">>["filter"];
export type EventSort = NonNullable<Asked<"eventList">>["sort"];
export type EventRow = Answer<"eventList">["rows"][number];
export type EventBoard = Answer<"eventBoard">;
export type EventPage = Answer<"eventPage">;
export type EventForm = NonNullable<Asked<"eventCreate">>["form"];
export type Status = EventRow["status"];
export type May = EventPage["may"]["edit"];
export type WallVerdict = Answer<"eventFormCheck">["starts_at"];
export type Activity = Answer<"eventActivity">;
export type ActivityEntry = Activity["entries"][number];
export type Applied = Answer<"eventCreate">;

export type ClientRow = Answer<"clientList">["rows"][number];
export type ClientSort = NonNullable<Asked<"clientList">>["sort"];
export type ClientPage = Answer<"clientPage">;
export type ClientForm = NonNullable<Asked<"clientCreate">>["form"];

export type SearchHit = Answer<"search">["hits"][number];

export type ImportSource = NonNullable<Answer<"importPick">>;
export type ImportKind = ImportSource["kind"];
export type ImportMapping = ImportSource["mapping"];
export type ImportFields = Answer<"importFields">;
export type ImportPreview = Answer<"importPreview">;
export type ImportQuestion = ImportPreview["questions"][number];
export type ImportAnswer = NonNullable<Asked<"importPreview">>["answers"][number];
export type ImportRow = ImportPreview["rows"][number];
export type ImportVerdict = ImportRow["verdict"];
export type ImportApplied = Answer<"importApply">;

/** What the shell tells the window unasked: event name → payload. */
export type LiveEvents = {
  app_state: AppState;
  set_up_progress: { step: string; done: number; of: number };
  sync_status: SyncStatus;
  replica_changed: { tables: string[] };
  notice: { message: string; is_warning: boolean };
  import_progress: { done: number; of: number; phase: "reading" | "checking" | "sending" | "saving" };
};
