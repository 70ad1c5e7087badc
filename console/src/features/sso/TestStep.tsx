import { useQuery } from "@tanstack/react-query";
import type { SsoChecks, SsoConnection } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark, type Tone } from "../../ui/Mark.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Typed } from "../../ui/Typed.tsx";
import { NextButton } from "./NextButton.tsx";
import { checksQuery } from "./queries.ts";
import { TestSignIn } from "./TestSignIn.tsx";
import "./sso.css";

type Check = SsoChecks["checks"][number];

const tones: Readonly<Record<Check["status"], Tone>> = { ok: "ok", warning: "warn", failed: "danger" };

/** What can be known without a sign-in, each check with its cure; then a sign-in that only shows what comes back. */
export function TestStep({ connection }: { connection: SsoConnection }) {
  const { test: text } = useMessages().sso;
  const { tenant } = useHere();
  const forbidden = useForbidden()("sso.manage");
  const checks = useQuery({ ...checksQuery(tenant.id, connection.id), enabled: !forbidden });
  const columns = useColumns();
  const failed = (checks.data?.checks ?? []).filter(({ status }) => status === "failed").length;
  return (
    <div className="stack-wide">
      <Panel
        title={text.checks}
        actions={
          <Button disabledReason={forbidden} isBusy={checks.isFetching} onClick={() => checks.refetch()}>
            {text.again}
          </Button>
        }
      >
        <p className="quiet">{forbidden || text.checksIntro}</p>
        {checks.data && (
          <Notice tone={checks.data.isReady ? "ok" : "danger"} role="status">
            {checks.data.isReady ? text.ready : text.notReady(failed)}
          </Notice>
        )}
        {!forbidden && (
          <DataTable
            caption={text.checks}
            columns={columns}
            rows={checks.data?.checks}
            rowKey={({ name }) => name}
            isStale={checks.isFetching}
            problem={checks.isError && <ProblemNote error={checks.error} onRetry={() => checks.refetch()} />}
            blank={null}
          />
        )}
      </Panel>
      <TestSignIn connection={connection} />
      <NextButton connection={connection} to="use" />
    </div>
  );
}

function useColumns(): Column<Check>[] {
  const { test: text, checks } = useMessages().sso;
  return [
    {
      key: "check",
      header: text.check,
      cell: ({ name }) => <span className="identity">{checks[name]?.title ?? name}</span>,
    },
    {
      key: "result",
      header: text.result,
      cell: ({ status }) => <Mark tone={tones[status]}>{text.results[status]}</Mark>,
    },
    {
      key: "found",
      header: text.found,
      cell: (check) => {
        const known = checks[check.name];
        // One that this console does not know yet keeps the server's own sentence.
        if (!known) return check.detail;
        return (
          <>
            {check.status === "ok" ? known.ok : known.bad}
            {check.subject !== null && <span className="check-evidence mono">{check.subject}</span>}
            {check.status !== "ok" && (
              <div className="quiet">
                <Typed text={known.cure} />
              </div>
            )}
          </>
        );
      },
    },
  ];
}
