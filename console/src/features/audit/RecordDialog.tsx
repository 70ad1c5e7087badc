import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { AuditRecord } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Button } from "../../ui/Button.tsx";
import { CodeBlock } from "../../ui/CodeBlock.tsx";
import { CopyableId } from "../../ui/Copyable.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { type Fact, Facts } from "../../ui/Facts.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { ExactTime } from "../../ui/Time.tsx";
import { ActorName } from "./ActorName.tsx";
import { outcomeTones } from "./outcome-tones.ts";
import { ProofBadge, ProofPanel } from "./ProofBadge.tsx";
import { type AuditFilters, recordQuery } from "./queries.ts";

interface RecordDialogProps {
  readonly path: string;
  readonly id: string | undefined;
  readonly hasTenant: boolean;
  readonly onClose: () => void;
  readonly onFilter: (filters: AuditFilters) => void;
}

/** A record with all that it says, and whether it can be proved. */
export function RecordDialog({ path, id, onClose, ...rest }: RecordDialogProps) {
  const { audit, general } = useMessages();
  return (
    <Dialog
      title={audit.record}
      isOpen={id !== undefined}
      onClose={onClose}
      closeLabel={general.close}
      width={760}
    >
      {id !== undefined && <Record path={path} id={id} {...rest} />}
      <DialogActions>
        <Button onClick={onClose}>{general.close}</Button>
      </DialogActions>
    </Dialog>
  );
}

type RecordProps = Omit<RecordDialogProps, "id" | "onClose"> & { readonly id: string };

function Record({ path, id, hasTenant, onFilter }: RecordProps) {
  const record = useQuery(recordQuery(path, id));
  const facts = useFacts(record.data, hasTenant, onFilter);
  const { audit } = useMessages();
  if (record.isError) return <ProblemNote error={record.error} onRetry={() => void record.refetch()} />;
  if (!record.data) {
    return (
      <div className="stack" aria-busy="true">
        <Bone width="70%" />
        <Bone width="50%" />
        <Bone width="60%" />
      </div>
    );
  }
  const filter = record.data.requestId === null ? {} : { "request-id": record.data.requestId };
  return (
    <div className="stack">
      <ProofBadge path={path} record={record.data} />
      <Facts facts={facts} />
      {Object.keys(record.data.detail).length > 0 && (
        <CodeBlock code={JSON.stringify(record.data.detail, null, 2)} label={audit.fields.detail} />
      )}
      <ProofPanel path={path} record={record.data} />
      <div>
        <ApiAndCli
          calls={{ cli: manage("audit search", filter), api: curl("GET", `${path}/records/${id}/proof`) }}
        />
      </div>
    </div>
  );
}

function useFacts(
  record: AuditRecord | undefined,
  hasTenant: boolean,
  onFilter: (filters: AuditFilters) => void,
): Fact[] {
  const { audit, general } = useMessages();
  if (!record) return [];
  const { fields } = audit;
  const only = (name: keyof AuditFilters, value: string | null, shown?: ReactNode): Fact[] =>
    value === null
      ? []
      : [
          {
            label: fields[name],
            value: (
              <span className="row">
                {shown ?? <CopyableId id={value} what={fields[name]} />}
                <Button
                  look="bare"
                  aria-label={audit.onlyNamed(fields[name])}
                  onClick={() => onFilter({ [name]: value })}
                >
                  {audit.only}
                </Button>
              </span>
            ),
          },
        ];
  return [
    { label: general.id, value: <CopyableId id={record.id} what={general.id} /> },
    { label: fields.at, value: <ExactTime at={record.at} /> },
    ...only("action", record.action, <span className="mono">{record.action}</span>),
    {
      label: fields.outcome,
      value: (
        <Mark tone={outcomeTones[record.outcome] ?? "quiet"}>
          {audit.outcomes[record.outcome] ?? record.outcome}
        </Mark>
      ),
    },
    { label: fields.kind, value: audit.kinds[record.kind] ?? record.kind },
    ...only("actor", record.actor, <ActorName actor={record.actor} />),
    ...only(
      "onBehalfOf",
      record.onBehalfOf,
      record.onBehalfOf === null ? null : <ActorName actor={record.onBehalfOf} />,
    ),
    ...(hasTenant ? only("tenantId", record.tenantId) : []),
    ...only("resource", record.resource),
    {
      label: fields.policies,
      value: record.policies?.length ? (
        <ul className="words mono">
          {record.policies.map((policy) => (
            <li key={policy}>{policy}</li>
          ))}
        </ul>
      ) : (
        <span className="quiet">{audit.noPolicies}</span>
      ),
    },
    ...only("ip", record.ip),
    ...only("session", record.session),
    ...only("requestId", record.requestId),
    ...digest(fields.before, record.before),
    ...digest(fields.after, record.after),
  ];
}

function digest(label: string, value: string | undefined): Fact[] {
  return value === undefined ? [] : [{ label, value: <CopyableId id={value} what={label} /> }];
}
