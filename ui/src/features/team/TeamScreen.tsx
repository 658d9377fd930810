import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { UserPlus } from "lucide-react";
import { Button } from "@/components/Button";
import { Page } from "@/components/Page";
import { Failed, Loading } from "@/components/States";
import { useReadOnly, useSession } from "@/components/session";
import { Tabs } from "@/components/Tabs";
import { Invitations } from "./Invitations";
import { InviteDialog } from "./InviteDialog";
import { Matrix } from "./Matrix";
import { Members } from "./Members";
import { teamQuery } from "./queries";
import type { TeamSearch } from "./search-params";

/** Who works here, who is on the way in, and who may do what. */
export function TeamScreen({ search }: { search: TeamSearch }) {
  const navigate = useNavigate();
  const readOnly = useReadOnly();
  const { permissions } = useSession();
  const team = useQuery(teamQuery);
  const editor = permissions.includes("members.edit");
  const reason = readOnly ?? (editor ? null : "You may not invite people in this organization.");
  const change = (next: TeamSearch, replace = false) =>
    void navigate({ to: "/team", search: { ...search, ...next }, replace });
  // The dialog has asked by then whether its link may go.
  const closeInvite = () =>
    void navigate({
      to: "/team",
      search: { ...search, invite: undefined },
      replace: true,
      ignoreBlocker: true,
    });
  const content = (what: "members" | "matrix") => {
    // What is on screen stays: it may show a link that cannot be shown again.
    if (!team.data) {
      return team.error ? (
        <Failed error={team.error} onRetry={() => void team.refetch()} />
      ) : (
        <Loading label="Reading the team…" />
      );
    }
    return what === "matrix" ? (
      <Matrix matrix={team.data.matrix} may={team.data.may.edit} />
    ) : (
      <div className="grid max-w-5xl gap-8 py-4">
        {editor ? null : (
          <p role="status" className="text-text-2">
            You can look at the team. Changing it takes the permission to change members.
          </p>
        )}
        <Members members={team.data.members} editor={editor} />
        {editor ? <Invitations invitations={team.data.invitations} /> : null}
      </div>
    );
  };
  return (
    <Page
      title="Team & permissions"
      actions={
        <Button kind="primary" reason={reason} onClick={() => change({ invite: true })}>
          <UserPlus size={15} aria-hidden="true" />
          Invite a colleague
        </Button>
      }
    >
      <Tabs
        value={search.tab ?? "members"}
        onChange={(tab) => change({ tab: tab === "members" ? undefined : tab }, true)}
        tabs={[
          { id: "members", word: "Members", content: content("members") },
          { id: "permissions", word: "Permissions", content: content("matrix") },
        ]}
      />
      {search.invite && editor ? <InviteDialog onClose={closeInvite} /> : null}
    </Page>
  );
}
