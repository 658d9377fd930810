/** What the team's address says. */

const teamTabs = ["members", "permissions"] as const;
type TeamTab = (typeof teamTabs)[number];
export type TeamSearch = {
  tab?: TeamTab | undefined;
  /** The dialog for a new colleague is asked for. */
  invite?: true | undefined;
};

export function readTeamSearch(raw: Record<string, unknown>): TeamSearch {
  return {
    tab: teamTabs.find((tab) => tab === raw.tab),
    invite: raw.invite === true ? true : undefined,
  };
}
