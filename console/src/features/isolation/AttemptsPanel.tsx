import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ProofAttempt } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { SelectField } from "../../ui/fields.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { oneOf } from "../../url/search.ts";
import { TenantLink } from "../tenants/TenantLink.tsx";
import { type AttemptFilter, chooseAttempts, outcomes } from "./attempts.ts";

/** A table longer than this is slow to draw and to read; filters reach the rest. */
const shownMax = 200;

export function AttemptsPanel({ attempts }: { attempts: readonly ProofAttempt[] }) {
  const { isolation, general } = useMessages();
  const filter: AttemptFilter = useSearch({ strict: false });
  const navigate = useNavigate();
  const chosen = chooseAttempts(attempts, filter);
  const ways = [...new Set(attempts.map(({ way }) => way))];
  const show = (change: AttemptFilter) =>
    navigate({ to: ".", search: { ...filter, ...change }, replace: true, resetScroll: false });
  return (
    <Panel title={isolation.attempts}>
      <search className="filters" id="attempts">
        <SelectField
          label={isolation.way}
          isLabelHidden
          value={filter.way ?? ""}
          onChange={(way) => show({ way: way || undefined })}
          choices={[
            { value: "", label: isolation.anyWay },
            ...ways.map((way) => ({ value: way, label: isolation.ways[way] ?? way })),
          ]}
        />
        <SelectField
          label={isolation.outcome}
          isLabelHidden
          value={filter.outcome ?? ""}
          onChange={(value) => show({ outcome: oneOf(outcomes, value) })}
          choices={[
            { value: "", label: isolation.anyOutcome },
            ...outcomes.map((outcome) => ({ value: outcome, label: isolation.outcomes[outcome] })),
          ]}
        />
      </search>
      <DataTable
        caption={isolation.attempts}
        columns={useAttemptColumns()}
        rows={chosen.slice(0, shownMax)}
        rowKey={(attempt) =>
          `${attempt.way} ${attempt.target} ${attempt.level} ${attempt.attackerId} ${attempt.victimId}`
        }
        blank={
          <Blank
            title={general.noMatch}
            action={
              <Button onClick={() => show({ way: undefined, outcome: undefined })}>
                {general.clearFilters}
              </Button>
            }
          />
        }
        footer={
          chosen.length > shownMax && (
            <div className="table-footer">{isolation.showing(shownMax, chosen.length)}</div>
          )
        }
      />
    </Panel>
  );
}

function useAttemptColumns(): Column<ProofAttempt>[] {
  const { isolation, tenants } = useMessages();
  const tenantLink = (tenantId: string) => <TenantLink tenantId={tenantId} />;
  return [
    { key: "way", header: isolation.way, cell: ({ way }) => isolation.ways[way] ?? way },
    { key: "target", header: isolation.target, cell: ({ target }) => <span className="mono">{target}</span> },
    { key: "level", header: tenants.level, cell: ({ level }) => tenants.levels[level] },
    {
      key: "outcome",
      header: isolation.outcome,
      cell: ({ outcome }) => (
        <span className="outcome" data-outcome={outcome} title={isolation.outcomeMeaning[outcome]}>
          {isolation.outcomes[outcome]}
        </span>
      ),
    },
    {
      key: "detail",
      header: isolation.detail,
      isSecondary: true,
      cell: ({ detail }) => <span className="quiet wrap-anywhere">{detail}</span>,
    },
    {
      key: "attacker",
      header: isolation.attacker,
      isSecondary: true,
      cell: ({ attackerId }) => tenantLink(attackerId),
    },
    {
      key: "victim",
      header: isolation.victim,
      isSecondary: true,
      cell: ({ victimId }) => tenantLink(victimId),
    },
  ];
}
