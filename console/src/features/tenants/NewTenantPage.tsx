import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { TenantCreate } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { CallsList } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { NumberField, SelectField, TagsField, TextField } from "../../ui/fields.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { emptyDraft, type TenantDraft, toTenantCreate } from "./new-tenant.ts";
import { PlacementFields } from "./PlacementFields.tsx";
import { createTenant, plansQuery, tenantTouches } from "./queries.ts";

const ownFields = ["name", "slug", "domain", "plan", "isolation", "region", "cell", "maxUsers", "features"];

export function NewTenantPage() {
  const { tenants, general } = useMessages();
  const { form } = tenants;
  const navigate = useNavigate();
  const toast = useToast();
  const [draft, setDraft] = useState<TenantDraft>(emptyDraft);
  const change = (part: Partial<TenantDraft>) => setDraft({ ...draft, ...part });
  const create = useAction({
    run: (body: TenantCreate, key) => createTenant(body, key),
    touches: tenantTouches,
    onDone: (tenant) => {
      toast(form.created(tenant.name));
      void navigate({ to: "/tenants/$tenantId", params: { tenantId: tenant.id }, replace: true });
    },
  });
  const body = toTenantCreate(draft);
  const errors = useFieldErrors(create.error);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (body.name !== "") create.mutate(body);
  }

  return (
    <>
      <PageHeading title={tenants.create} />
      <div className="two-columns">
        <form className="stack" onSubmit={submit} noValidate>
          <TextField
            label={tenants.name}
            hint={form.nameHint}
            value={draft.name}
            onChange={(name) => change({ name })}
            error={errors["name"]}
            isRequired
          />
          <TextField
            label={tenants.slug}
            hint={form.slugHint}
            value={draft.slug}
            onChange={(slug) => change({ slug })}
            error={errors["slug"]}
            isMono
          />
          <TextField
            label={tenants.overview.domainField}
            hint={form.domainHint}
            value={draft.domain}
            onChange={(domain) => change({ domain })}
            error={errors["domain"]}
          />
          <PlanFields draft={draft} onChange={change} errors={errors} />
          <PlacementFields draft={draft} onChange={change} errors={errors} />
          {create.isError && <ProblemNote error={create.error} shownFields={ownFields} />}
          <div className="row">
            <Button
              type="submit"
              look="primary"
              isBusy={create.isPending}
              disabledReason={body.name === "" && form.nameMissing}
            >
              {form.submit}
            </Button>
            <Button look="bare" onClick={() => navigate({ to: "/tenants" })}>
              {general.cancel}
            </Button>
          </div>
        </form>
        <Panel title={general.apiAndCli.title}>
          <CallsList
            calls={{
              cli: manage("tenant create", {
                name: body.name,
                slug: body.slug,
                domain: body.domain,
                plan: body.plan,
                isolation: body.isolation,
                region: body.region,
                cell: body.cell,
                "max-users": body.maxUsers,
                feature: body.features,
              }),
              api: curl("POST", "/v1/tenants", body),
            }}
          />
        </Panel>
      </div>
    </>
  );
}

export interface DraftPartProps {
  readonly draft: TenantDraft;
  readonly onChange: (part: Partial<TenantDraft>) => void;
  readonly errors: Readonly<Record<string, string>>;
}

function PlanFields({ draft, onChange, errors }: DraftPartProps) {
  const { tenants } = useMessages();
  const plans = useQuery(plansQuery).data?.items ?? [];
  const plan = plans.find(({ key }) => key === draft.plan);
  const others = [...new Set(plans.flatMap((one) => one.features))].filter(
    (key) => !plan?.features.includes(key),
  );
  return (
    <>
      <div className="form-columns">
        <SelectField
          label={tenants.plan}
          hint={plan && plan.features.length > 0 ? plan.features.join(", ") : tenants.form.planHint}
          value={draft.plan}
          onChange={(key) => onChange({ plan: key })}
          choices={
            plans.length === 0
              ? [{ value: draft.plan, label: draft.plan }]
              : plans.map(({ key, name }) => ({ value: key, label: name }))
          }
          error={errors["plan"]}
        />
        <NumberField
          label={tenants.limits.maxUsers}
          hint={tenants.form.maxUsersHint}
          value={draft.maxUsers}
          onChange={(maxUsers) => onChange({ maxUsers })}
          placeholder={plan?.limits.maxUsers?.toString()}
          min={1}
          error={errors["maxUsers"]}
        />
      </div>
      <TagsField
        label={tenants.overview.addedFeatures}
        hint={tenants.overview.featuresHint}
        value={draft.features}
        onChange={(features) => onChange({ features })}
        suggestions={others}
        error={errors["features"]}
      />
    </>
  );
}
