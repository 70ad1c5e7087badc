import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { ApiKeyCreate, ApiKeyCreated } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { CodeBlock } from "../../ui/CodeBlock.tsx";
import { NumberField, TextField } from "../../ui/fields.tsx";
import { ShownOnce } from "../../ui/ShownOnce.tsx";
import { apiKeyTouches, createApiKey } from "./queries.ts";

export function NewApiKeyPage() {
  const { apiKeys: text } = useMessages();
  // Kept in this component only, never in the query cache: leaving the page forgets the key.
  const [created, setCreated] = useState<ApiKeyCreated | null>(null);
  return (
    <>
      <PageHeading title={text.create} />
      <div className="form">
        {created ? <ShownKey created={created} /> : <KeyForm onCreated={setCreated} />}
      </div>
    </>
  );
}

function KeyForm({ onCreated }: { onCreated: (created: ApiKeyCreated) => void }) {
  const { apiKeys: text, general } = useMessages();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [expiresInDays, setExpiresInDays] = useState<number | undefined>(90);
  const create = useAction({
    run: (body: ApiKeyCreate, key) => createApiKey(body, key),
    touches: apiKeyTouches,
    onDone: onCreated,
  });
  const errors = useFieldErrors(create.error);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() !== "") create.mutate({ name: name.trim(), expiresInDays });
  }

  return (
    <form className="stack" onSubmit={submit}>
      <TextField
        label={text.name}
        hint={text.nameHint}
        value={name}
        onChange={setName}
        error={errors["name"]}
        maxLength={100}
        isRequired
      />
      <NumberField
        label={text.days}
        hint={text.daysHint}
        value={expiresInDays}
        onChange={setExpiresInDays}
        error={errors["expiresInDays"]}
        min={1}
        max={3650}
      />
      {create.isError && <ProblemNote error={create.error} shownFields={["name", "expiresInDays"]} />}
      <div className="row">
        <Button
          type="submit"
          look="primary"
          isBusy={create.isPending}
          disabledReason={name.trim() === "" && text.nameMissing}
        >
          {text.create}
        </Button>
        <Button look="bare" onClick={() => navigate({ to: "/api-keys" })}>
          {general.cancel}
        </Button>
      </div>
    </form>
  );
}

function ShownKey({ created }: { created: ApiKeyCreated }) {
  const { apiKeys: text } = useMessages();
  const navigate = useNavigate();
  return (
    <ShownOnce warning={text.shownOnce} kept={text.done} onKept={() => navigate({ to: "/api-keys" })}>
      <div className="stack-tight">
        <span className="quiet">{created.name}</span>
        <CodeBlock code={created.key} label={text.key} />
      </div>
      <div className="stack-tight">
        <span className="quiet">{text.tryIt}</span>
        <CodeBlock
          code={`curl ${location.origin}/v1/tenants \\\n  -H "Authorization: Bearer ${created.key}"`}
          label={text.tryIt}
        />
      </div>
    </ShownOnce>
  );
}
