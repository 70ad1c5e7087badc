import { useQuery } from "@tanstack/react-query";
import type { AuditRecord } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { CodeBlock } from "../../ui/CodeBlock.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Typed } from "../../ui/Typed.tsx";
import { type RecordVerdict, verdictQuery } from "./check-proof.ts";

/** What this browser found when it checked the record against the signed checkpoint, and what to do about it. */
export function ProofBadge({ path, record }: { path: string; record: AuditRecord }) {
  const verdict = useQuery(verdictQuery(path, record));
  if (verdict.isError) return <ProblemNote error={verdict.error} onRetry={() => void verdict.refetch()} />;
  if (verdict.data) return <Verdict verdict={verdict.data} />;
  return (
    <div aria-busy="true">
      <Bone width="60%" />
    </div>
  );
}

/** Where the record stands in its chain and in the tree, and the proof as others check it. */
export function ProofPanel({ path, record }: { path: string; record: AuditRecord }) {
  const { audit } = useMessages();
  const verdict = useQuery(verdictQuery(path, record)).data;
  if (!verdict || !("proof" in verdict)) return null;
  return (
    <Panel title={audit.proof.title}>
      <Place proof={verdict.proof} />
    </Panel>
  );
}

function Verdict({ verdict }: { verdict: RecordVerdict }) {
  const { audit } = useMessages();
  const formats = useFormats();
  switch (verdict.kind) {
    case "proved":
      return (
        <Notice
          tone="ok"
          role="status"
          title={audit.proof.proved(formats.number(verdict.size), formats.dateTime(verdict.proof.signedAt))}
        >
          {verdict.hasBody ? audit.proof.provedMeans : audit.proof.withheld}
        </Notice>
      );
    case "faulty":
      return (
        <Notice tone="danger" role="alert" title={audit.proof.faulty}>
          <p>{audit.proof.faults[verdict.fault]}</p>
          <p>
            <Typed text={audit.proof.whatToDo} />
          </p>
        </Notice>
      );
    case "not_sequenced":
      return (
        <Notice tone="info" role="status" title={audit.proof.notSequenced}>
          {audit.proof.notSequencedMeans}
        </Notice>
      );
    case "cannot_check":
      return (
        <Notice tone="warn" role="status" title={audit.proof.cannotCheck}>
          <Typed text={audit.proof.cannotCheckMeans} />
        </Notice>
      );
    default:
      return verdict satisfies never;
  }
}

function Place({ proof }: { proof: Extract<RecordVerdict, { kind: "proved" }>["proof"] }) {
  const { audit } = useMessages();
  const formats = useFormats();
  return (
    <>
      <Facts
        facts={[
          { label: audit.proof.number, value: formats.number(proof.seq), hint: audit.proof.numberHint },
          { label: audit.proof.index, value: formats.number(proof.index) },
          { label: audit.proof.previous, value: <span className="mono">{proof.previous}</span> },
          { label: audit.proof.leaf, value: <span className="mono">{proof.leaf}</span> },
        ]}
      />
      <CodeBlock code={proof.proof} label={audit.proof.file} />
    </>
  );
}
