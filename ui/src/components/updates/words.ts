/** How the steps of an update are said. */
import type { UpdateOffer, UpdateState } from "@/ipc/types";

/** The version that an update is about, where there is one. */
export function offerOf(state: UpdateState): UpdateOffer | null {
  return "offer" in state ? state.offer : null;
}

/** A few words for the side of the window; null where there is nothing to say. */
export function inShort(state: UpdateState): string | null {
  switch (state.phase) {
    case "available":
      return `Version ${state.offer.version} is out`;
    case "downloading":
      return `Getting version ${state.offer.version}…`;
    case "at_quit":
      return `Version ${state.offer.version} is ready`;
    case "installing":
      return "Cloche opens again in a moment…";
    case "failed":
      return state.offer ? `Version ${state.offer.version} is not installed` : "Could not update Cloche";
    default:
      return null;
  }
}

/** Where the search for a new version stands. */
export function standing(state: UpdateState): string {
  switch (state.phase) {
    case "checking":
      return "Looking for a newer version…";
    case "up_to_date":
      return "This is the newest version.";
    case "available":
      return `Version ${state.offer.version} is out.`;
    default:
      return "";
  }
}
