import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import type { SsoConnection } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl } from "../../shell/equivalents.ts";
import { useHere } from "../../shell/here.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { StatusMark } from "./ConnectionsTable.tsx";
import { DomainsPanel } from "./DomainsPanel.tsx";
import { NextButton } from "./NextButton.tsx";
import { PeopleStep } from "./PeopleStep.tsx";
import { ProviderStep } from "./ProviderStep.tsx";
import { firstOpenStep, type Step, steps } from "./providers.ts";
import { connectionQuery, domainsQuery } from "./queries.ts";
import { TestStep } from "./TestStep.tsx";
import { UseStep } from "./UseStep.tsx";
import { useSsoBase } from "./use-sso-base.ts";

/** One connection: the steps of its set-up, which are its settings later. Each is an address of its own. */
export function ConnectionPage() {
  const { sso: text } = useMessages();
  const { tenant } = useHere();
  const params: Record<string, string | undefined> = useParams({ strict: false });
  const search: { step?: Step } = useSearch({ strict: false });
  const connection = useQuery(connectionQuery(tenant.id, params["connectionId"] ?? ""));
  const domains = useQuery(domainsQuery(tenant.id));
  if (connection.isError && !connection.data) {
    return (
      <>
        <PageHeading title={text.title} />
        <ProblemNote error={connection.error} onRetry={() => connection.refetch()} />
      </>
    );
  }
  if (!connection.data || domains.isLoading) {
    return (
      <div className="stack" aria-busy="true">
        <Bone width="160px" />
        <Bone width="140px" />
      </div>
    );
  }
  const hasProvenDomain = (domains.data?.items ?? []).some(({ verifiedAt }) => verifiedAt !== null);
  const step = search.step ?? firstOpenStep(connection.data, hasProvenDomain);
  return <SetUp connection={connection.data} hasProvenDomain={hasProvenDomain} step={step} />;
}

interface SetUpProps {
  readonly connection: SsoConnection;
  readonly hasProvenDomain: boolean;
  readonly step: Step;
}

function SetUp({ connection, hasProvenDomain, step }: SetUpProps) {
  const { tenant } = useHere();
  const done: Readonly<Record<Step, boolean>> = {
    provider: connection.isDescribed,
    domains: hasProvenDomain,
    people: false,
    test: false,
    use: connection.status === "active",
  };
  const path = `/v1/tenants/${tenant.id}/sso-connections/${connection.id}`;
  return (
    <>
      <PageHeading
        title={connection.name}
        beside={<StatusMark connection={connection} />}
        actions={<ApiAndCli calls={{ api: curl("GET", path) }} />}
      />
      <StepTabs connection={connection} step={step} done={done} />
      <StepBody connection={connection} step={step} />
    </>
  );
}

interface StepTabsProps {
  readonly connection: SsoConnection;
  readonly step: Step;
  readonly done: Readonly<Record<Step, boolean>>;
}

function StepTabs({ connection, step, done }: StepTabsProps) {
  const { sso: text } = useMessages();
  const base = useSsoBase();
  return (
    <nav className="tabs" aria-label={text.stepsLabel}>
      {steps.map((each, index) => (
        <Link
          key={each}
          className="tab"
          to={base(`/${connection.id}`)}
          search={{ step: each }}
          activeProps={{}}
          data-status={each === step ? "active" : "inactive"}
          aria-current={each === step ? "step" : undefined}
        >
          <span className="set-up-step">
            {index + 1}. {text.steps[each]}
            {done[each] && <Icon name="check" size={14} />}
            {done[each] && <span className="only-for-readers">({text.stepDone})</span>}
          </span>
        </Link>
      ))}
    </nav>
  );
}

function StepBody({ connection, step }: { connection: SsoConnection; step: Step }) {
  switch (step) {
    case "provider":
      return <ProviderStep key={connection.id} connection={connection} />;
    case "domains":
      return (
        <div className="stack-wide narrow">
          <DomainsPanel />
          <NextButton connection={connection} to="people" />
        </div>
      );
    case "people":
      return <PeopleStep connection={connection} />;
    case "test":
      return <TestStep connection={connection} />;
    case "use":
      return <UseStep connection={connection} />;
    default:
      return step satisfies never;
  }
}
