import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { isApiError } from "../../api/api-error.ts";
import { refresh } from "../../api/get-query.ts";
import type { AuditState } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Button } from "../../ui/Button.tsx";
import { CodeBlock } from "../../ui/CodeBlock.tsx";
import { CopyableId } from "../../ui/Copyable.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Mark, type Tone } from "../../ui/Mark.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Time } from "../../ui/Time.tsx";
import { Typed } from "../../ui/Typed.tsx";
import { type CheckpointVerdict, checkpointVerdictQuery } from "./check-proof.ts";
import { HoldPanel } from "./HoldPanel.tsx";
import { forgetCheckpoint } from "./kept-checkpoint.ts";
import { settingsQuery, stateQuery } from "./queries.ts";
import { Witnesses } from "./Witnesses.tsx";

const tones: Readonly<Record<CheckpointVerdict["kind"], Tone>> = {
  first: "ok",
  grew: "ok",
  same: "ok",
  unsigned: "danger",
  other_key: "danger",
  rewritten: "danger",
  cannot_check: "warn",
};

interface CheckpointPanelProps {
  readonly path: string;
  readonly manageReason: string | false;
}

/** One line about the log itself: how far it is signed, whether it only grew, and how long it is kept. */
export function CheckpointPanel({ path, manageReason }: CheckpointPanelProps) {
  const { audit, general } = useMessages();
  const formats = useFormats();
  const [isOpen, setIsOpen] = useState(false);
  const state = useQuery(stateQuery(path));
  const verdict = useQuery(checkpointVerdictQuery(path, state.data));
  const hold = useQuery(settingsQuery(path)).data?.hold;
  if (state.isError && !isApiError(state.error, "audit.no_checkpoint")) {
    return <ProblemNote error={state.error} onRetry={() => void state.refetch()} />;
  }
  if (state.isError) return <Notice tone="info">{audit.checkpoint.none}</Notice>;
  if (!state.data) {
    return (
      <div className="audit-checkpoint" aria-busy="true">
        <Bone width="160px" />
      </div>
    );
  }
  const { size, signedAt, records, retentionDays, witnesses } = state.data;
  return (
    <>
      <div className="audit-checkpoint">
        {verdict.data && (
          <Mark tone={tones[verdict.data.kind]}>{audit.checkpoint.verdicts[verdict.data.kind]}</Mark>
        )}
        <span>
          {audit.checkpoint.line(formats.number(size))} <Time at={signedAt} />
        </span>
        <span className="quiet">{audit.checkpoint.records(formats.number(records))}</span>
        <span className="quiet">{audit.checkpoint.witnessCount(witnesses.length)}</span>
        <span className="quiet">{hold ? audit.hold.isOn : audit.retention(retentionDays)}</span>
        <Button look="bare" onClick={() => setIsOpen(true)}>
          {audit.checkpoint.show}
        </Button>
      </div>
      {verdict.isError && <ProblemNote error={verdict.error} onRetry={() => void verdict.refetch()} />}
      {verdict.data && <Broken verdict={verdict.data} path={path} />}
      <Dialog
        title={audit.checkpoint.title}
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        closeLabel={general.close}
        width={760}
      >
        <Details state={state.data} verdict={verdict.data} />
        <HoldPanel
          path={path}
          prunedBefore={state.data.prunedBefore}
          retentionDays={retentionDays}
          manageReason={manageReason}
        />
        <DialogActions>
          <Button onClick={() => setIsOpen(false)}>{general.close}</Button>
        </DialogActions>
      </Dialog>
    </>
  );
}

/** What to do when the log is not the one that this browser knew. */
function Broken({ verdict, path }: { verdict: CheckpointVerdict; path: string }) {
  const { audit } = useMessages();
  const formats = useFormats();
  const client = useQueryClient();
  if (verdict.kind !== "other_key" && verdict.kind !== "rewritten" && verdict.kind !== "unsigned")
    return null;
  const since = "since" in verdict ? formats.dateTime(verdict.since.at) : "";
  return (
    <Notice
      tone="danger"
      role="alert"
      title={audit.checkpoint.verdicts[verdict.kind]}
      actions={
        verdict.kind !== "unsigned" && (
          <Button
            onClick={() => {
              forgetCheckpoint();
              void refresh(client, [path]);
            }}
          >
            {audit.checkpoint.forget}
          </Button>
        )
      }
    >
      <Typed text={audit.checkpoint.broken[verdict.kind](since)} />
    </Notice>
  );
}

function Details({ state, verdict }: { state: AuditState; verdict: CheckpointVerdict | undefined }) {
  const { audit, general } = useMessages();
  const formats = useFormats();
  const since = verdict && "since" in verdict ? formats.dateTime(verdict.since.at) : undefined;
  return (
    <div className="stack">
      <p className="prose">{audit.checkpoint.intro}</p>
      {verdict && (
        <Mark tone={tones[verdict.kind]}>
          {verdict.kind === "grew" || verdict.kind === "same"
            ? audit.checkpoint.since(since ?? "")
            : audit.checkpoint.verdicts[verdict.kind]}
        </Mark>
      )}
      <Facts
        facts={[
          { label: audit.checkpoint.size, value: formats.number(state.size) },
          { label: audit.checkpoint.signed, value: <Time at={state.signedAt} /> },
          {
            label: audit.checkpoint.root,
            value: <CopyableId id={state.root} what={audit.checkpoint.root} />,
          },
          {
            label: audit.checkpoint.key,
            value: <CopyableId id={state.key} what={audit.checkpoint.key} />,
            hint: audit.checkpoint.keyHint,
          },
          {
            label: audit.checkpoint.witnesses,
            value:
              state.witnesses.length === 0 ? (
                <span className="quiet">{general.none}</span>
              ) : (
                <Witnesses state={state} />
              ),
            hint: state.witnesses.length === 0 ? audit.checkpoint.noWitnesses : undefined,
          },
        ]}
      />
      <CodeBlock code={state.checkpoint} label={audit.checkpoint.note} />
    </div>
  );
}
