/** A desk without a shell: answers every command from an invented office. For tests and the preview only. */
import { emit } from "@tauri-apps/api/event";
import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import type { AppError } from "@/ipc/bindings";
import type { AppState, LiveEvents, Session, SyncStatus, UpdateStatus } from "@/ipc/types";
import { type FakeBackups, makeBackups } from "./fake-backups";
import { type FakeComfort, makeComfort } from "./fake-comfort";
import { type Handlers, handlersFor } from "./fake-handlers";
import { makeSchedule, type Schedule } from "./fake-schedule";
import { makeTasks, type OfficeTask } from "./fake-tasks";
import { type FakeTeam, makeTeam } from "./fake-team";
import { upToDate } from "./fake-updates";
import { makeOffice, type Office } from "./office";

const organization = {
  id: "0190aaaa-0000-7000-8000-000000000001",
  name: "Olivar Catering",
  time_zone: "Europe/Madrid",
  currency: "EUR",
  locale: "en-GB",
  role: "administrator",
} as const;

export const session: Session = {
  user_id: "0190aaaa-0000-7000-8000-0000000000aa",
  email: "pilar@olivar.example",
  display_name: "Pilar Novák",
  server: {
    server_id: "0190aaaa-0000-7000-8000-0000000000ff",
    name: "Olivar Catering on this computer",
    kind: "local",
    can_reset_password: true,
  },
  organization,
  organizations: [
    organization,
    { ...organization, id: "0190aaaa-0000-7000-8000-000000000002", name: "Brisa Banquets", role: "manager" },
  ],
  role: "administrator",
  permissions:
    "organization.edit members.edit clients.create clients.edit clients.delete events.create events.edit events.advance events.cancel events.archive events.unarchive events.import resources.create resources.edit resources.delete resources.assign resources.override tasks.create tasks.edit tasks.delete tasks.assign tasks.status tasks.status_own".split(
      " ",
    ),
  kept: "keychain",
  version: "0.1.0",
};

export const ready: AppState = { phase: "ready", session };
export const live: SyncStatus = {
  state: "live",
  as_of: "2026-11-20T13:32:00Z",
  rows_done: 0,
  rows_total: null,
  message: null,
  server_ahead_ms: 0,
};

export function refusal(message: string, more: Partial<AppError> = {}): AppError {
  return { code: "refused", message, field: null, details: null, reference: null, ...more };
}

export type Call = { command: string; input: Record<string, unknown> };

export class FakeDesk {
  state: AppState = ready;
  sync: SyncStatus = live;
  update: UpdateStatus = upToDate;
  session: Session = session;
  office: Office;
  schedule: Schedule;
  tasks: OfficeTask[];
  team: FakeTeam;
  comfort: FakeComfort = makeComfort();
  backups: FakeBackups = makeBackups();
  readonly calls: Call[] = [];
  private readonly handlers: Handlers;
  private readonly answers = new Map<string, ((input: never) => unknown)[]>();
  private readonly gates = new Map<string, Promise<void>>();

  constructor(size = 64) {
    this.office = makeOffice(size);
    this.schedule = makeSchedule(this.office);
    this.tasks = makeTasks(this.office, this.schedule);
    this.team = makeTeam(this.session.user_id);
    this.handlers = handlersFor(this);
    mockIPC((command, payload) => this.answer(command, payload), { shouldMockEvents: true });
  }

  private async answer(command: string, payload: unknown): Promise<unknown> {
    const input = ((payload as { input?: unknown } | undefined)?.input ?? {}) as Record<string, unknown>;
    this.calls.push({ command, input });
    await this.gates.get(command);
    const next = this.answers.get(command)?.shift();
    if (next) {
      return next(input as never);
    }
    const handler = this.handlers[command];
    if (!handler) {
      throw refusal(`No such command: ${command}`, { code: "internal" });
    }
    return handler(input as never);
  }

  /** What `command` answers the next time it is called. */
  next(command: string, answer: (input: never) => unknown): this {
    this.answers.set(command, [...(this.answers.get(command) ?? []), answer]);
    return this;
  }

  /** `command` is refused the next time. */
  refuse(command: string, error: AppError): this {
    return this.next(command, () => {
      throw error;
    });
  }

  /** `command` waits until the returned function is called. */
  hold(command: string): () => void {
    let release: () => void = () => undefined;
    this.gates.set(
      command,
      new Promise((resolve) => {
        release = resolve;
      }),
    );
    return () => {
      this.gates.delete(command);
      release();
    };
  }

  async tell<Name extends keyof LiveEvents>(name: Name, payload: LiveEvents[Name]): Promise<void> {
    await emit(name, payload);
  }

  /** The inputs that `command` was called with. */
  asked(command: string): Record<string, unknown>[] {
    return this.calls.filter((call) => call.command === command).map((call) => call.input);
  }

  stop(): void {
    clearMocks();
  }
}
