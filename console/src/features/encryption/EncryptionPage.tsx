import { useQuery } from "@tanstack/react-query";
import type { Encryption } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { PlatformColumnsPanel } from "./ColumnsPanel.tsx";
import { encryptionQuery } from "./queries.ts";

export function EncryptionPage() {
  const { encryption: text } = useMessages();
  const state = useQuery(encryptionQuery);
  return (
    <>
      <PageHeading
        title={text.title}
        actions={
          <ApiAndCli calls={{ cli: manage("encryption status"), api: curl("GET", "/v1/encryption") }} />
        }
      />
      <p className="prose">{text.intro}</p>
      {state.isError && <ProblemNote error={state.error} onRetry={() => state.refetch()} />}
      {state.data ? (
        <Overview state={state.data} />
      ) : (
        !state.isError && (
          <div className="stack" aria-busy="true">
            <Bone width="160px" />
            <Bone width="140px" />
            <Bone width="120px" />
          </div>
        )
      )}
      <PlatformColumnsPanel />
    </>
  );
}

function Overview({ state }: { state: Encryption }) {
  const { encryption: text } = useMessages();
  const formats = useFormats();
  return (
    <div className="two-columns">
      <Panel title={text.tree}>
        <Facts
          facts={[
            { label: text.algorithm, value: <span className="mono">{state.algorithm}</span> },
            {
              label: text.custodian,
              value: <span className="mono">{state.custodian}</span>,
              hint: text.custodianHint,
            },
            {
              label: text.keptElsewhere,
              value: formats.number(state.keptElsewhere),
              hint: text.keptElsewhereHint,
            },
            { label: text.tenants, value: formats.number(state.tenants) },
            { label: text.dataKeys, value: formats.number(state.dataKeys) },
            { label: text.shredded, value: formats.number(state.shredded), hint: text.shreddedHint },
          ]}
        />
      </Panel>
      <Panel title={text.rotation}>
        <Facts
          facts={[
            { label: text.every, value: text.days(state.rotationDays) },
            {
              label: text.due,
              value:
                state.due === 0 ? (
                  <Mark tone="ok">{text.noneDue}</Mark>
                ) : (
                  <Mark tone="warn">{text.dueCount(state.due)}</Mark>
                ),
              hint: text.dueHint,
            },
            { label: text.superseded, value: formats.number(state.superseded), hint: text.supersededHint },
            {
              label: text.oldest,
              value: state.oldestAt ? (
                <Time at={state.oldestAt} />
              ) : (
                <span className="quiet">{text.noKey}</span>
              ),
            },
          ]}
        />
      </Panel>
    </div>
  );
}
