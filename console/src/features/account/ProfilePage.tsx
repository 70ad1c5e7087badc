import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { Me, MyTenant } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useLocale, useMessages } from "../../messages/LocaleProvider.tsx";
import { locales } from "../../messages/locale.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Blank } from "../../ui/Blank.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { SelectField, TextField } from "../../ui/fields.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { meQuery, meTouches, updateMe } from "./queries.ts";

export function ProfilePage() {
  const { account } = useMessages();
  const me = useQuery(meQuery);
  return (
    <>
      <PageHeading title={account.profile.title} />
      <div className="two-columns">
        <div className="form">
          {me.isError && <ProblemNote error={me.error} onRetry={() => me.refetch()} />}
          {me.data ? (
            <ProfileForm key={me.data.id} me={me.data} />
          ) : (
            !me.isError && (
              <div className="stack" aria-busy="true">
                <Bone width="160px" />
                <Bone width="120px" />
              </div>
            )
          )}
        </div>
        <TenantsPanel />
      </div>
    </>
  );
}

function ProfileForm({ me }: { me: Me }) {
  const { messages, setLocale } = useLocale();
  const { account, shell } = messages;
  const text = account.profile;
  const toast = useToast();
  const [draft, setDraft] = useState({ name: me.name, locale: me.locale });
  const save = useAction({
    run: (body: typeof draft) => updateMe(body),
    touches: meTouches,
    onDone: async (_, body) => {
      toast(text.saved);
      await setLocale(body.locale);
    },
  });
  const errors = useFieldErrors(save.error);
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate({ ...draft, name: draft.name.trim() });
  }
  return (
    <form className="stack" onSubmit={submit}>
      <Facts facts={[{ label: text.email, value: me.email }]} />
      <TextField
        label={text.name}
        hint={text.nameHint}
        value={draft.name}
        onChange={(name) => setDraft({ ...draft, name })}
        error={errors["name"]}
        autoComplete="name"
        maxLength={100}
      />
      <SelectField
        label={text.language}
        value={draft.locale}
        onChange={(next) =>
          setDraft({ ...draft, locale: locales.find((name) => name === next) ?? me.locale })
        }
        choices={locales.map((name) => ({ value: name, label: shell.languages[name] }))}
      />
      {save.isError && <ProblemNote error={save.error} shownFields={["name"]} />}
      <div>
        <Button type="submit" look="primary" isBusy={save.isPending}>
          {text.save}
        </Button>
      </div>
    </form>
  );
}

function TenantsPanel() {
  const { account, access } = useMessages();
  const text = account.profile;
  const me = useQuery(meQuery);
  const columns: Column<MyTenant>[] = [
    {
      key: "name",
      header: text.name,
      cell: (tenant) => (
        <Link className="identity" to="/t/$slug" params={{ slug: tenant.slug }}>
          {tenant.name}
        </Link>
      ),
    },
    {
      key: "roles",
      header: text.roles,
      cell: ({ roles }) => roles.map((key) => access.roleNames[key] ?? key).join(", "),
    },
  ];
  return (
    <Panel title={text.tenants}>
      <DataTable
        caption={text.tenants}
        columns={columns}
        rows={me.data?.tenants}
        rowKey={(tenant) => tenant.id}
        // The form beside it tells of a failure.
        problem={me.isError && <span />}
        blank={<Blank title={text.none.title}>{text.none.body}</Blank>}
      />
    </Panel>
  );
}
