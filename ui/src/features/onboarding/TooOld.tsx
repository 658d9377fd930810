import { UpdateRequired } from "@/components/updates/UpdateRequired";
import type { AppState } from "@/ipc/types";
import { BeginAnotherWay } from "./BeginAnotherWay";
import { Frame } from "./Frame";

type TooOldState = Extract<AppState, { phase: "update_required" }>;

/** Stands in the office's place while this Cloche is too old for its server. */
export function TooOld({ state }: { state: TooOldState }) {
  return (
    <Frame
      title="Update Cloche to go on"
      lead={`${state.server.name} needs Cloche ${state.needed} or newer. Nothing has been lost: once Cloche is updated, everything is where it was.`}
    >
      <UpdateRequired />
      <div>
        <BeginAnotherWay />
      </div>
    </Frame>
  );
}
