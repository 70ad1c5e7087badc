import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { ProofDetail } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { CopyableId } from "../../ui/Copyable.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { ExactTime } from "../../ui/Time.tsx";
import { AttemptsPanel } from "./AttemptsPanel.tsx";
import { ProofMark } from "./ProofMark.tsx";
import { proofQuery } from "./queries.ts";
import { WaysPanel } from "./WaysPanel.tsx";

export function ProofPage() {
  const { isolation } = useMessages();
  const { proofId = "" } = useParams({ strict: false });
  const query = useQuery(proofQuery(proofId));
  const proof = query.data;
  return (
    <>
      <PageHeading
        title={isolation.proof}
        beside={proof && <ProofMark proof={proof} />}
        actions={
          <ApiAndCli
            calls={{
              cli: manage("verify isolation", { "tenant-id": proof?.tenantId ?? undefined }),
              api: curl("GET", `/v1/proofs/${proofId}`),
            }}
          />
        }
      />
      {query.isError && <ProblemNote error={query.error} onRetry={() => query.refetch()} />}
      {proof && <ProofBody proof={proof} />}
    </>
  );
}

function ProofBody({ proof }: { proof: ProofDetail }) {
  const { isolation } = useMessages();
  return (
    <>
      <Verdict proof={proof} />
      <ProofFacts proof={proof} />
      {proof.attempts.length > 0 && (
        <>
          <WaysPanel attempts={proof.attempts} />
          <AttemptsPanel attempts={proof.attempts} />
        </>
      )}
      <span className="only-for-readers" role="status">
        {isolation.statuses[proof.status]}
      </span>
    </>
  );
}

const verdictTones = { running: "info", held: "ok", crossed: "danger", failed: "warn" } as const;

function Verdict({ proof }: { proof: ProofDetail }) {
  const { isolation } = useMessages();
  return (
    <Notice tone={verdictTones[proof.status]}>
      <p>{isolation.statusMeaning[proof.status]}</p>
      {proof.error && <p className="mono">{proof.error}</p>}
    </Notice>
  );
}

function ProofFacts({ proof }: { proof: ProofDetail }) {
  const { isolation, general } = useMessages();
  const formats = useFormats();
  const { tried, refused, nothing, crossed } = proof.counts;
  return (
    <div className="narrow">
      <Facts
        facts={[
          {
            label: isolation.scope,
            value:
              proof.tenantId === null ? (
                isolation.sample
              ) : (
                <Link
                  to="/tenants/$tenantId/isolation"
                  params={{ tenantId: proof.tenantId }}
                  className="mono"
                >
                  {proof.tenantId}
                </Link>
              ),
          },
          {
            label: isolation.attempts,
            value: isolation.summary(tried, refused, nothing, crossed),
          },
          { label: general.started, value: <ExactTime at={proof.startedAt} /> },
          {
            label: general.duration,
            value: proof.finishedAt ? (
              <span className="number">
                {formats.duration(Date.parse(proof.finishedAt) - Date.parse(proof.startedAt))}
              </span>
            ) : (
              isolation.statuses[proof.status]
            ),
          },
          { label: general.id, value: <CopyableId id={proof.id} what={general.id} /> },
        ]}
      />
    </div>
  );
}
