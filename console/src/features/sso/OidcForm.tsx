import { type FormEvent, useState } from "react";
import type { SsoConnection } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { PasswordField, TagsField, TextField } from "../../ui/fields.tsx";
import { Typed } from "../../ui/Typed.tsx";
import { issuerFrom, providerOf, scopesOf, textFromIssuer } from "./providers.ts";
import { useForbiddenChange } from "./use-forbidden-change.ts";
import type { SaveConnection } from "./use-save-connection.ts";

interface OidcFormProps {
  readonly connection: SsoConnection;
  readonly save: SaveConnection;
}

/** Issuer, client id, secret: each under the name that it has at the provider. */
export function OidcForm({ connection, save }: OidcFormProps) {
  const { sso: text, general } = useMessages();
  const forbidden = useForbiddenChange(connection);
  const provider = providerOf(connection);
  const known = connection.oidc;
  const isFirst = !connection.isDescribed;
  const [draft, setDraft] = useState({
    issuer: textFromIssuer(provider, known?.issuer ?? ""),
    clientId: known?.clientId ?? "",
    clientSecret: "",
    scopes: isFirst ? scopesOf(provider) : [...(known?.scopes ?? [])],
  });
  const errors = useFieldErrors(save.error);
  function submit(event: FormEvent) {
    event.preventDefault();
    const secret =
      draft.clientSecret !== ""
        ? { clientSecret: draft.clientSecret.trim() }
        : isFirst && !known?.hasSecret
          ? { clientSecret: null }
          : {};
    save.mutate({
      oidc: {
        issuer: issuerFrom(provider, draft.issuer),
        clientId: draft.clientId.trim(),
        scopes: draft.scopes,
        ...secret,
      },
    });
  }
  const isMissing = issuerFrom(provider, draft.issuer) === "" || draft.clientId.trim() === "";
  return (
    <form className="stack form" onSubmit={submit} noValidate>
      <IssuerField
        provider={provider}
        value={draft.issuer}
        onChange={(issuer) => setDraft({ ...draft, issuer })}
        error={errors["issuer"]}
      />
      <TextField
        label={provider === "entra" ? text.oidc.applicationId : text.oidc.clientId}
        value={draft.clientId}
        onChange={(clientId) => setDraft({ ...draft, clientId })}
        error={errors["clientId"]}
        maxLength={300}
        isMono
      />
      <PasswordField
        label={text.oidc.clientSecret}
        hint={known?.hasSecret ? text.oidc.secretKept : text.oidc.secretHint}
        autoComplete="new-password"
        value={draft.clientSecret}
        onChange={(clientSecret) => setDraft({ ...draft, clientSecret })}
        error={errors["clientSecret"]}
      />
      <TagsField
        label={text.oidc.scopes}
        hint={<Typed text={text.oidc.scopesHint} />}
        value={draft.scopes}
        onChange={(scopes) => setDraft({ ...draft, scopes })}
        suggestions={["email", "profile", "groups"]}
      />
      {save.isError && (
        <ProblemNote error={save.error} shownFields={["issuer", "clientId", "clientSecret"]} />
      )}
      <div className="row">
        <Button
          type="submit"
          look="primary"
          isBusy={save.isPending}
          disabledReason={forbidden || (isMissing && text.formMissing)}
        >
          {isFirst ? text.saveAndNext : general.save}
        </Button>
      </div>
    </form>
  );
}

interface IssuerFieldProps {
  readonly provider: ReturnType<typeof providerOf>;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | undefined;
}

function IssuerField({ provider, ...field }: IssuerFieldProps) {
  const { oidc } = useMessages().sso;
  const common = { ...field, maxLength: 2_000, isMono: true } as const;
  switch (provider) {
    case "google":
      return null;
    case "entra":
      return <TextField {...common} label={oidc.directoryId} hint={<Typed text={oidc.directoryIdHint} />} />;
    case "okta":
      return <TextField {...common} label={oidc.oktaDomain} placeholder="your-org.okta.com" />;
    case "keycloak":
      return (
        <TextField {...common} label={oidc.realm} placeholder="https://keycloak.example.com/realms/staff" />
      );
    case "other":
      return <TextField {...common} label={oidc.issuer} placeholder="https://id.example.com" />;
    default:
      return provider satisfies never;
  }
}
