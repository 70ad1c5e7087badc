import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { SsoDomain } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Blank } from "../../ui/Blank.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Button } from "../../ui/Button.tsx";
import { CopyableId } from "../../ui/Copyable.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { TextField } from "../../ui/fields.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { addDomain, domainsQuery, proveDomain, removeDomain, ssoTouches } from "./queries.ts";
import "./sso.css";

/** Whose addresses lead to the tenant's providers, each with the record that proves it. */
export function DomainsPanel() {
  const { domains: text } = useMessages().sso;
  const { tenant } = useHere();
  const domains = useQuery(domainsQuery(tenant.id));
  const [leaving, setLeaving] = useState<SsoDomain>();
  return (
    <Panel title={text.title}>
      <p className="prose quiet">{text.intro}</p>
      {domains.isError && <ProblemNote error={domains.error} onRetry={() => domains.refetch()} />}
      {domains.isLoading && <Bone width="160px" />}
      {domains.data?.items.length === 0 && <Blank title={text.none.title}>{text.none.body}</Blank>}
      <ul>
        {(domains.data?.items ?? []).map((domain) => (
          <DomainRow key={domain.domain} domain={domain} onRemove={() => setLeaving(domain)} />
        ))}
      </ul>
      <AddDomain />
      <RemoveDialog domain={leaving} onClose={() => setLeaving(undefined)} />
    </Panel>
  );
}

function DomainRow({ domain, onRemove }: { domain: SsoDomain; onRemove: () => void }) {
  const { domains: text } = useMessages().sso;
  const { tenant } = useHere();
  const forbidden = useForbidden()("sso.manage");
  const toast = useToast();
  const isProven = domain.verifiedAt !== null;
  const prove = useAction({
    run: (_: undefined) => proveDomain(tenant.id, domain.domain),
    touches: ssoTouches(tenant.id),
    onDone: () => toast(text.found(domain.domain)),
  });
  return (
    <li className="mail-domain">
      <div className="mail-domain-head">
        <span className="identity">{domain.domain}</span>
        <Mark tone={isProven ? "ok" : "warn"}>{isProven ? text.proven : text.unproven}</Mark>
        <Button
          look="bare"
          aria-label={text.removeNamed(domain.domain)}
          disabledReason={forbidden}
          onClick={onRemove}
        >
          {text.remove}
        </Button>
      </div>
      {!isProven && (
        <>
          <p className="quiet">{text.record}</p>
          <Facts
            facts={[
              { label: text.type, value: <span className="mono">TXT</span> },
              {
                label: text.recordName,
                value: <CopyableId id={domain.record.name} what={text.recordName} />,
              },
              {
                label: text.recordValue,
                value: <CopyableId id={domain.record.value} what={text.recordValue} />,
              },
            ]}
          />
          {prove.isError && <ProblemNote error={prove.error} />}
          <div className="row">
            <Button
              aria-label={text.checkNamed(domain.domain)}
              isBusy={prove.isPending}
              disabledReason={forbidden}
              onClick={() => prove.mutate(undefined)}
            >
              {text.check}
            </Button>
          </div>
        </>
      )}
    </li>
  );
}

function AddDomain() {
  const { domains: text } = useMessages().sso;
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const toast = useToast();
  const [domain, setDomain] = useState("");
  const add = useAction({
    run: (name: string, key) => addDomain(tenant.id, name, key),
    touches: ssoTouches(tenant.id),
    onDone: (added) => {
      setDomain("");
      if (added.verifiedAt === null) toast(text.added(added.domain));
    },
  });
  const fault = useFieldErrors(add.error)["domain"];
  function submit(event: FormEvent) {
    event.preventDefault();
    if (domain.trim() !== "") add.mutate(domain.trim());
  }
  return (
    <form className="stack-tight" onSubmit={submit} noValidate>
      <div className="field-and-button">
        <TextField
          label={text.domain}
          isLabelHidden
          placeholder="example.com"
          value={domain}
          onChange={setDomain}
          error={fault}
          maxLength={253}
        />
        <Button
          type="submit"
          isBusy={add.isPending}
          disabledReason={forbidden("sso.manage") || (domain.trim() === "" && text.typeFirst)}
        >
          {text.add}
        </Button>
      </div>
      {add.isError && !fault && <ProblemNote error={add.error} />}
    </form>
  );
}

function RemoveDialog({ domain, onClose }: { domain: SsoDomain | undefined; onClose: () => void }) {
  const { sso } = useMessages();
  const { domains: text } = sso;
  const { tenant } = useHere();
  const toast = useToast();
  const name = domain?.domain ?? "";
  const remove = useAction({
    run: (each: string) => removeDomain(tenant.id, each),
    touches: ssoTouches(tenant.id),
    onDone: () => {
      toast(text.removed(name));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={text.removeNamed(name)}
      isOpen={domain !== undefined}
      onClose={onClose}
      effect={text.removeEffect}
      verb={text.remove}
      action={remove}
      onConfirm={() => remove.mutate(name)}
    />
  );
}
