import { useQuery } from "@tanstack/react-query";
import type { EncryptionKey } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark, type Tone } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { tenantKeysQuery } from "./queries.ts";
import { RotateButton } from "./RotateButton.tsx";

const tones: Readonly<Record<EncryptionKey["status"], Tone>> = {
  current: "ok",
  superseded: "busy",
  retired: "quiet",
  destroyed: "danger",
};

interface KeysPanelProps {
  readonly tenant: { readonly id: string; readonly slug: string; readonly name: string };
  /** Why the keys cannot be rotated by this person; false: they can. */
  readonly rotateReason: string | false;
}

/** The keys of one tenant: what each seals, how many values stand under it, and when all are replaced. */
export function KeysPanel({ tenant, rotateReason }: KeysPanelProps) {
  const { encryption: text } = useMessages();
  const keys = useQuery(tenantKeysQuery(tenant.id));
  const next = keys.data?.nextRotationAt;
  return (
    <Panel
      title={text.keys}
      actions={
        <div className="row">
          <ApiAndCli
            calls={{
              cli: manage(`encryption keys ${tenant.slug}`),
              api: curl("GET", `/v1/tenants/${tenant.id}/keys`),
            }}
          />
          <RotateButton tenant={tenant} disabledReason={rotateReason} />
        </div>
      }
    >
      <p className="quiet prose">
        {text.keysIntro}
        {next && (
          <>
            {" "}
            {text.nextRotation} <Time at={next} />.
          </>
        )}
      </p>
      <DataTable
        caption={text.keys}
        columns={useKeyColumns()}
        rows={keys.data?.items}
        rowKey={(key) => key.id}
        problem={keys.isError && <ProblemNote error={keys.error} onRetry={() => keys.refetch()} />}
        blank={<Blank title={text.none.title}>{text.none.body}</Blank>}
      />
    </Panel>
  );
}

function useKeyColumns(): Column<EncryptionKey>[] {
  const { encryption: text, general } = useMessages();
  const formats = useFormats();
  return [
    {
      key: "purpose",
      header: text.purpose,
      cell: ({ purpose }) => (
        <span className="identity">
          {purpose === null ? text.wrapping : (text.purposes[purpose] ?? purpose)}
        </span>
      ),
    },
    { key: "number", header: text.number, isNumber: true, cell: ({ number }) => formats.number(number) },
    {
      key: "status",
      header: general.status,
      cell: ({ status }) => (
        <Mark tone={tones[status]} title={text.statusMeaning[status]}>
          {text.statuses[status]}
        </Mark>
      ),
    },
    {
      key: "values",
      header: text.values,
      hint: text.valuesHint,
      isNumber: true,
      cell: ({ values }) =>
        values === null ? <span className="quiet">{text.notCounted}</span> : formats.number(values),
    },
    {
      key: "custodian",
      header: text.custodian,
      isSecondary: true,
      cell: ({ custodian }) => (custodian === null ? "" : <span className="mono">{custodian}</span>),
    },
    {
      key: "created",
      header: general.created,
      isSecondary: true,
      cell: (key) => <Time at={key.createdAt} />,
    },
    {
      key: "ended",
      header: text.ended,
      isSecondary: true,
      cell: ({ endedAt }) => endedAt && <Time at={endedAt} />,
    },
  ];
}
