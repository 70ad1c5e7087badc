import { type FormEvent, useState } from "react";
import type { Domain, DomainAdd, Tenant } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { describeProblem } from "../../shell/describe-problem.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { ActionMenu } from "../../ui/ActionMenu.tsx";
import { Button, IconButton } from "../../ui/Button.tsx";
import { TextField } from "../../ui/fields.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { isAllowed } from "./allowed-acts.ts";
import { addDomain, removeDomain, tenantTouches } from "./queries.ts";

export function DomainsPanel({ tenant }: { tenant: Tenant }) {
  const { overview } = useMessages().tenants;
  return (
    <Panel title={overview.domains}>
      {tenant.domains.length === 0 ? (
        <p className="quiet">{overview.noDomains}</p>
      ) : (
        <ul className="domains">
          {tenant.domains.map((domain) => (
            <DomainRow key={domain.ascii} tenant={tenant} domain={domain} />
          ))}
        </ul>
      )}
      <AddDomain tenant={tenant} />
    </Panel>
  );
}

function DomainRow({ tenant, domain }: { tenant: Tenant; domain: Domain }) {
  const messages = useMessages();
  const { overview, acts, statuses } = messages.tenants;
  const toast = useToast();
  const onError = (error: Error) => toast(describeProblem(error, messages).title, "danger");
  const remove = useAction({
    run: (name: string) => removeDomain(tenant.id, name),
    touches: tenantTouches,
    onDone: () => toast(overview.domainRemoved(domain.domain)),
  });
  const promote = useAction({
    run: (body: DomainAdd, key) => addDomain(tenant.id, body, key),
    touches: tenantTouches,
    onDone: () => toast(overview.madePrimary(domain.domain)),
  });
  const frozen = !isAllowed("change", tenant) && acts.notWhile(statuses[tenant.status]);
  return (
    <li className="domain">
      <span className="wrap-anywhere" title={overview.asDnsHasIt(domain.ascii)}>
        {domain.domain}
      </span>
      {domain.isPrimary && <span className="quiet">{overview.primary}</span>}
      <ActionMenu
        label={overview.domainActions(domain.domain)}
        trigger={<IconButton icon="more" label={overview.domainActions(domain.domain)} />}
        groups={[
          {
            actions: [
              {
                label: overview.makePrimary,
                disabledReason: frozen || (domain.isPrimary && overview.alreadyPrimary),
                onSelect: () => promote.mutate({ domain: domain.domain, isPrimary: true }, { onError }),
              },
              {
                label: messages.general.remove,
                isDanger: true,
                disabledReason:
                  frozen || (domain.isPrimary && tenant.domains.length > 1 && overview.primaryStays),
                onSelect: () => remove.mutate(domain.domain, { onError }),
              },
            ],
          },
        ]}
      />
    </li>
  );
}

function AddDomain({ tenant }: { tenant: Tenant }) {
  const { overview, acts, statuses } = useMessages().tenants;
  const toast = useToast();
  const [domain, setDomain] = useState("");
  const add = useAction({
    run: (body: DomainAdd, key) => addDomain(tenant.id, body, key),
    touches: tenantTouches,
    onDone: (_, body) => {
      setDomain("");
      toast(overview.domainAdded(body.domain));
    },
  });
  const fault = useFieldErrors(add.error)["domain"];

  function submit(event: FormEvent) {
    event.preventDefault();
    if (domain.trim() !== "") add.mutate({ domain: domain.trim() });
  }

  return (
    <form className="stack-tight" onSubmit={submit}>
      <div className="add-domain">
        <TextField
          label={overview.domainField}
          isLabelHidden
          placeholder="studio.example.com"
          value={domain}
          onChange={setDomain}
          error={fault}
        />
        <Button
          type="submit"
          isBusy={add.isPending}
          disabledReason={
            !isAllowed("change", tenant)
              ? acts.notWhile(statuses[tenant.status])
              : domain.trim() === "" && overview.typeDomain
          }
        >
          {overview.addDomain}
        </Button>
      </div>
      {add.isError && !fault && <ProblemNote error={add.error} />}
    </form>
  );
}
