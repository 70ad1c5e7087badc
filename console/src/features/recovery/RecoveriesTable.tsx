import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Recovery } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark, type Tone } from "../../ui/Mark.tsx";
import { Time } from "../../ui/Time.tsx";
import { ApproveDialog } from "./ApproveDialog.tsx";
import { recoveriesQuery } from "./queries.ts";
import { RefuseDialog } from "./RefuseDialog.tsx";

const tones: Readonly<Record<Recovery["status"], Tone>> = {
  asked: "warn",
  approved: "busy",
  ready: "busy",
  completed: "ok",
  cancelled: "quiet",
  expired: "quiet",
};

interface RecoveriesTableProps {
  /** `/v1/tenants/{id}` of a tenant's own people, `/v1` of everybody. */
  readonly base: string;
  /** Why nothing can be decided here, or false. */
  readonly forbidden: string | false;
}

/** Who asks to come back, who approved it, and the two decisions. */
export function RecoveriesTable({ base, forbidden }: RecoveriesTableProps) {
  const { list: text } = useMessages().recovery;
  const recoveries = useQuery(recoveriesQuery(base));
  const [deciding, setDeciding] = useState<{ act: "approve" | "refuse"; recovery: Recovery }>();
  const close = () => setDeciding(undefined);
  const chosen = (act: "approve" | "refuse") => (deciding?.act === act ? deciding.recovery : undefined);
  return (
    <>
      <DataTable
        caption={text.title}
        columns={useColumns(forbidden, (act, recovery) => setDeciding({ act, recovery }))}
        rows={recoveries.data?.items}
        rowKey={(recovery) => recovery.id}
        problem={
          recoveries.isError && <ProblemNote error={recoveries.error} onRetry={() => recoveries.refetch()} />
        }
        blank={<Blank title={text.none.title}>{text.none.body}</Blank>}
      />
      <ApproveDialog base={base} recovery={chosen("approve")} onClose={close} />
      <RefuseDialog base={base} recovery={chosen("refuse")} onClose={close} />
    </>
  );
}

function useColumns(
  forbidden: string | false,
  onDecide: (act: "approve" | "refuse", recovery: Recovery) => void,
): Column<Recovery>[] {
  const { recovery: words, general } = useMessages();
  const text = words.list;
  return [
    {
      key: "person",
      header: text.person,
      cell: ({ name, email }) => (
        <div className="stack-tight">
          <span className="identity identity-wide">{name || email}</span>
          {name !== "" && name !== email && <span className="quiet">{email}</span>}
        </div>
      ),
    },
    {
      key: "status",
      header: general.status,
      cell: ({ status }) => <Mark tone={tones[status]}>{text.statuses[status]}</Mark>,
    },
    {
      key: "approvals",
      header: text.approvals,
      cell: ({ approvals }) =>
        approvals.length === 0 ? (
          <span className="quiet">{text.noApproval}</span>
        ) : (
          <ul className="words">
            {approvals.map(({ name, isOperator, at }) => (
              <li key={at}>{name === null ? text.elsewhere : isOperator ? text.staff(name) : name}</li>
            ))}
          </ul>
        ),
    },
    {
      key: "asked",
      header: text.asked,
      isSecondary: true,
      cell: ({ askedAt, device, ip }) => (
        <div className="stack-tight">
          <Time at={askedAt} />
          <span className="quiet">{device === "" ? ip : text.from(device, ip)}</span>
        </div>
      ),
    },
    {
      key: "ready",
      header: text.ready,
      isSecondary: true,
      cell: ({ readyAt, endedAt }) =>
        readyAt && endedAt === null ? <Time at={readyAt} /> : <span className="quiet">{text.notYet}</span>,
    },
    {
      key: "decide",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (recovery) => {
        const name = recovery.name || recovery.email;
        if (recovery.endedAt !== null) return null;
        return (
          <div className="row">
            {recovery.status === "asked" && (
              <Button
                aria-label={text.approveNamed(name)}
                disabledReason={forbidden}
                onClick={() => onDecide("approve", recovery)}
              >
                {text.approve}
              </Button>
            )}
            <Button
              look="bare"
              aria-label={text.refuseNamed(name)}
              disabledReason={forbidden}
              onClick={() => onDecide("refuse", recovery)}
            >
              {text.refuse}
            </Button>
          </div>
        );
      },
    },
  ];
}
