import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { TimedGrant } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl } from "../../shell/equivalents.ts";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { GiveGrantDialog } from "./GiveGrantDialog.tsx";
import { endGrant, grantsQuery, grantTouches } from "./queries.ts";

/** What members hold for a time, now or soon. */
export function GrantsPanel() {
  const { grants: text } = useMessages();
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const grants = useQuery(grantsQuery(tenant.id));
  const [isGiving, setIsGiving] = useState(false);
  const give = (
    <Button disabledReason={forbidden("grants.manage")} onClick={() => setIsGiving(true)}>
      {text.give}
    </Button>
  );
  const hasRows = (grants.data?.items.length ?? 0) > 0;
  return (
    <Panel
      title={text.title}
      actions={
        <div className="row">
          <ApiAndCli calls={{ api: curl("GET", `/v1/tenants/${tenant.id}/grants?live=true`) }} />
          {hasRows && give}
        </div>
      }
    >
      <DataTable
        caption={text.title}
        columns={useGrantColumns()}
        rows={grants.data?.items}
        rowKey={({ id }) => id}
        problem={grants.isError && <ProblemNote error={grants.error} onRetry={() => grants.refetch()} />}
        blank={
          <Blank title={text.none.title} action={give}>
            {text.none.body}
          </Blank>
        }
      />
      <GiveGrantDialog isOpen={isGiving} onClose={() => setIsGiving(false)} />
    </Panel>
  );
}

function useGrantColumns(): Column<TimedGrant>[] {
  const { grants: text, access, general } = useMessages();
  return [
    {
      key: "who",
      header: text.member,
      cell: ({ email }) => <span className="identity identity-wide">{email}</span>,
    },
    {
      key: "holds",
      header: text.holds,
      cell: ({ roles, permissions }) =>
        [...roles.map((role) => access.roleNames[role] ?? role), ...permissions].join(", "),
    },
    {
      key: "state",
      header: text.state,
      cell: ({ state }) =>
        state === "active" ? (
          <Mark tone="ok">{text.active}</Mark>
        ) : (
          <Mark tone="quiet">{text.scheduled}</Mark>
        ),
    },
    { key: "until", header: text.until, cell: ({ endsAt }) => <Time at={endsAt} /> },
    { key: "reason", header: text.reason, isSecondary: true, cell: ({ reason }) => reason },
    {
      key: "act",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (grant) => <EndButton grant={grant} />,
    },
  ];
}

function EndButton({ grant }: { grant: TimedGrant }) {
  const { grants: text } = useMessages();
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const toast = useToast();
  const end = useAction({
    run: (id: string, key) => endGrant(tenant.id, id, key),
    touches: grantTouches(tenant.id),
    onDone: ({ email }) => toast(text.ended(email)),
  });
  return (
    <>
      <Button
        look="bare"
        aria-label={text.endNamed(grant.email)}
        isBusy={end.isPending}
        disabledReason={forbidden("grants.manage")}
        onClick={() => end.mutate(grant.id)}
      >
        {text.end}
      </Button>
      {end.isError && <ProblemNote error={end.error} />}
    </>
  );
}
