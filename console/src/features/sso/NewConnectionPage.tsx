import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { SsoConnectionCreate } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { ChoiceField } from "../../ui/ChoiceField.tsx";
import { TextField } from "../../ui/fields.tsx";
import { type Protocol, type Provider, providers } from "./providers.ts";
import { createConnection, ssoTouches } from "./queries.ts";
import { useSsoBase } from "./use-sso-base.ts";

const protocols: readonly Protocol[] = ["oidc", "saml"];

/** The first screen of a set-up makes a draft at once: it has our addresses, and is found again if it is left. */
export function NewConnectionPage() {
  const { sso: text } = useMessages();
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const navigate = useNavigate();
  const base = useSsoBase();
  const [provider, setProvider] = useState<Provider>("entra");
  const [kind, setKind] = useState<Protocol>("oidc");
  const [typed, setTyped] = useState<string>();
  const name = typed ?? (provider === "other" ? "" : text.providers[provider]);
  const create = useAction({
    run: (body: SsoConnectionCreate, key) => createConnection(tenant.id, body, key),
    touches: ssoTouches(tenant.id),
    onDone: ({ id }) => navigate({ to: base(`/${id}`), search: { step: "provider" }, replace: true }),
  });
  const errors = useFieldErrors(create.error);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() === "") return;
    create.mutate({
      name: name.trim(),
      provider: provider === "other" ? null : provider,
      ...(kind === "oidc" ? { oidc: {} } : { saml: {} }),
    });
  }
  return (
    <>
      <PageHeading title={text.connect} />
      <form className="stack-wide narrow" onSubmit={submit} noValidate>
        <ChoiceField
          label={text.provider}
          name="provider"
          value={provider}
          onChange={setProvider}
          choices={providers.map((value) => ({ value, label: text.providers[value] }))}
        />
        <div className="stack-tight">
          <ChoiceField
            label={text.protocol}
            name="protocol"
            value={kind}
            onChange={setKind}
            choices={protocols.map((value) => ({ value, label: text.protocols[value] }))}
          />
          <p className="quiet">{text.protocolHint}</p>
        </div>
        <div className="form">
          <TextField
            label={text.name}
            hint={text.nameHint}
            value={name}
            onChange={setTyped}
            error={errors["name"]}
            maxLength={100}
          />
        </div>
        {create.isError && <ProblemNote error={create.error} shownFields={["name"]} />}
        <div className="row">
          <Button
            type="submit"
            look="primary"
            isBusy={create.isPending}
            disabledReason={forbidden("sso.manage") || (name.trim() === "" && text.nameMissing)}
          >
            {text.begin}
          </Button>
        </div>
      </form>
    </>
  );
}
