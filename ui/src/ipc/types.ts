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

export type UpdateStatus = Answer<"updateStatus">;
export type UpdateState = UpdateStatus["state"];
export type UpdateOffer = Extract<UpdateState, { phase: "available" }>["offer"];
export type UpdateWhen = NonNullable<Asked<"updateInstall">>["when"];

export type Comfort = Answer<"comfort">;
export type ComfortChoice = NonNullable<Asked<"comfortSet">>["choice"];
export type Arrival = NonNullable<Answer<"arrivalTake">>;
export type RecordKind = Extract<Arrival, { kind: "record" }>["record"];
export type Diagnostics = Answer<"diagnostics">;

export type EventMoveCheck = NonNullable<Asked<"eventMovePreview">>;
export type MovedDueTime = Answer<"eventMovePreview">["due_times"][number];
export type DueTimes = NonNullable<NonNullable<Asked<"eventEdit">>["due_times"]>;
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

export type ResourceRow = Answer<"resourceList">["rows"][number];
export type ResourceFilter = NonNullable<Asked<"resourceList">>["filter"];
export type ResourceSort = NonNullable<Asked<"resourceList">>["sort"];
export type ResourceType = ResourceRow["type"];
export type ResourcePage = Answer<"resourcePage">;
export type ResourceForm = NonNullable<Asked<"resourceCreate">>["form"];
export type ResourceSchedule = Answer<"resourceSchedule">;
export type ScheduleClash = ResourceSchedule["clashes"][number];
export type BookingRow = ResourceSchedule["entries"][number];
export type AssignmentAsk = NonNullable<Asked<"assignmentCheck">>;
export type BlockAsk = NonNullable<Asked<"blockCheck">>;
export type CandidatesAsk = NonNullable<Asked<"assignmentCandidates">>;
export type Candidate = Answer<"assignmentCandidates">["candidates"][number];
export type ScheduleConflict = Answer<"assignmentCheck">["conflicts"][number];
export type MovingChoice = NonNullable<NonNullable<Asked<"eventEdit">>["moving"]>;

export type TaskFilter = NonNullable<Asked<"taskList">>["filter"];
export type TaskSort = NonNullable<Asked<"taskList">>["sort"];
export type TaskRow = Answer<"taskList">["rows"][number];
export type TaskStatus = TaskRow["status"];
export type TaskCategory = TaskRow["category"];
export type EventTasks = Answer<"eventTasks">;
export type EventTask = EventTasks["tasks"][number];
export type TaskForm = NonNullable<Asked<"taskCreate">>["form"];
export type Today = Answer<"today">;
export type TodayEvent = Today["events"][number];
export type PersonDay = Answer<"personDay">;
export type EventSheet = Answer<"eventSheet">;

export type SearchHit = Answer<"search">["hits"][number];

export type ImportSource = NonNullable<Answer<"importPick">>;
export type ImportKind = ImportSource["kind"];
export type ImportMapping = ImportSource["mapping"];
export type ImportFields = Answer<"importFields">;
export type ImportFolder = NonNullable<Answer<"importPickFolder">>;
export type ImportBooksPreview = Answer<"importBooksPreview">;
export type ImportFilePreview = ImportBooksPreview["files"][number];
export type ImportPreview = ImportFilePreview["preview"];
export type ImportQuestion = ImportPreview["questions"][number];
export type ImportAnswer = NonNullable<Asked<"importBooksPreview">>["answers"][number];
export type ImportRow = ImportPreview["rows"][number];
export type ImportVerdict = ImportRow["verdict"];
export type ImportApplied = Answer<"importBooksApply">;
export type BooksExported = NonNullable<Answer<"booksExport">>;

type Team = Answer<"team">;
export type Member = Team["members"][number];
export type Role = Member["role"];
export type Invitation = NonNullable<Team["invitations"]>[number];
export type PermissionMatrix = Team["matrix"];
export type JoinOffer = Answer<"joinDescribe">;

export type Backups = Answer<"backupList">;
export type Backup = Backups["items"][number];
export type BackupContents = NonNullable<Answer<"backupPick">>;
export type BackupSource = NonNullable<Asked<"backupContents">>["source"];
export type OfficeMoved = Answer<"officeMove">;

/** What the shell tells the window unasked: event name → payload. */
export type LiveEvents = {
  app_state: AppState;
  set_up_progress: { step: string; done: number; of: number };
  sync_status: SyncStatus;
  replica_changed: { tables: string[] };
  notice: { message: string; is_warning: boolean };
  /** Something waits to be opened: a link, or what the tray was asked for. */
  arrival: null;
  update_status: UpdateStatus;
  import_progress: { done: number; of: number; phase: "reading" | "checking" | "sending" | "saving" };
};
