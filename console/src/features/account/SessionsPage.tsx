import { useQuery } from "@tanstack/react-query";
import type { Device } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Time } from "../../ui/Time.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { endOtherSessions, endSession, meTouches, mySessionsQuery } from "./queries.ts";

/** Every place where this person is signed in. */
export function SessionsPage() {
  const { sessions: text } = useMessages().account;
  const toast = useToast();
  const sessions = useQuery(mySessionsQuery);
  const endOthers = useAction({
    run: (_: undefined) => endOtherSessions(),
    touches: meTouches,
    onDone: () => toast(text.othersEnded),
  });
  const hasOthers = (sessions.data?.items.length ?? 0) > 1;
  return (
    <>
      <PageHeading
        title={text.title}
        actions={
          <Button
            isBusy={endOthers.isPending}
            disabledReason={!hasOthers && text.noOthers}
            onClick={() => endOthers.mutate(undefined)}
          >
            {text.endOthers}
          </Button>
        }
      />
      <p className="prose">{text.intro}</p>
      {endOthers.isError && <ProblemNote error={endOthers.error} />}
      <DataTable
        caption={text.title}
        columns={useSessionColumns()}
        rows={sessions.data?.items}
        rowKey={(session) => session.id}
        problem={
          sessions.isError && <ProblemNote error={sessions.error} onRetry={() => sessions.refetch()} />
        }
        blank={null}
      />
    </>
  );
}

function useSessionColumns(): Column<Device>[] {
  const { account, general } = useMessages();
  const text = account.sessions;
  return [
    {
      key: "device",
      header: text.device,
      cell: (session) => (
        <div className="row">
          <span className="identity identity-wide">{session.device || text.unknownDevice}</span>
          {session.isCurrent && <Mark tone="ok">{text.thisOne}</Mark>}
        </div>
      ),
    },
    {
      key: "by",
      header: text.by,
      isSecondary: true,
      cell: ({ amr }) => [...new Set(amr.map((method) => text.amr[method] ?? method))].join(", "),
    },
    {
      key: "address",
      header: text.address,
      isSecondary: true,
      cell: ({ ip }) => <span className="mono">{ip}</span>,
    },
    { key: "signed", header: text.signedIn, isSecondary: true, cell: (row) => <Time at={row.createdAt} /> },
    { key: "used", header: text.lastUsed, cell: (row) => <Time at={row.lastUsedAt} /> },
    {
      key: "end",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (session) => !session.isCurrent && <EndButton session={session} />,
    },
  ];
}

function EndButton({ session }: { session: Device }) {
  const { sessions: text } = useMessages().account;
  const toast = useToast();
  const device = session.device || text.unknownDevice;
  const end = useAction({
    run: (id: string) => endSession(id),
    touches: meTouches,
    onDone: () => toast(text.ended(device)),
  });
  return (
    <>
      {end.isError && <ProblemNote error={end.error} />}
      <Button
        look="bare"
        aria-label={text.endNamed(device)}
        isBusy={end.isPending}
        onClick={() => end.mutate(session.id)}
      >
        {text.end}
      </Button>
    </>
  );
}
