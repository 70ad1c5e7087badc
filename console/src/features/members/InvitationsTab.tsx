import { useQuery } from "@tanstack/react-query";
import type { Invitation } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Expiry } from "../../ui/Expiry.tsx";
import { Time } from "../../ui/Time.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { InviteButton } from "./InviteButton.tsx";
import { invitationsQuery, memberTouches, withdrawInvitation } from "./queries.ts";

/** Open invitations of the tenant. */
export function InvitationsTab() {
  const { members: text } = useMessages();
  const { tenant } = useHere();
  const invitations = useQuery(invitationsQuery(tenant.id));
  return (
    <DataTable
      caption={text.tabs.invitations}
      columns={useInvitationColumns()}
      rows={invitations.data?.items}
      rowKey={(invitation) => invitation.id}
      problem={
        invitations.isError && <ProblemNote error={invitations.error} onRetry={() => invitations.refetch()} />
      }
      blank={
        <Blank title={text.noInvitations.title} action={<InviteButton />}>
          {text.noInvitations.body}
        </Blank>
      }
    />
  );
}

function useInvitationColumns(): Column<Invitation>[] {
  const { members: text, general, access } = useMessages();
  return [
    {
      key: "email",
      header: text.email,
      cell: ({ email }) => <span className="identity identity-wide">{email}</span>,
    },
    {
      key: "roles",
      header: text.roles,
      cell: ({ roles }) => roles.map((key) => access.roleNames[key] ?? key).join(", "),
    },
    {
      key: "created",
      header: general.created,
      isSecondary: true,
      cell: (row) => <Time at={row.sentAt} />,
    },
    {
      key: "expires",
      header: text.expires,
      isSecondary: true,
      cell: ({ expiresAt }) => <Expiry at={expiresAt} />,
    },
    {
      key: "withdraw",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (invitation) => <WithdrawButton invitation={invitation} />,
    },
  ];
}

function WithdrawButton({ invitation }: { invitation: Invitation }) {
  const { members: text } = useMessages();
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const toast = useToast();
  const withdraw = useAction({
    run: (id: string) => withdrawInvitation(tenant.id, id),
    touches: memberTouches(tenant.id),
    onDone: () => toast(text.withdrawn(invitation.email)),
  });
  return (
    <>
      {withdraw.isError && <ProblemNote error={withdraw.error} />}
      <Button
        look="bare"
        aria-label={text.withdrawNamed(invitation.email)}
        isBusy={withdraw.isPending}
        disabledReason={forbidden("members.invite")}
        onClick={() => withdraw.mutate(invitation.id)}
      >
        {text.withdraw}
      </Button>
    </>
  );
}
