import type { ReactNode } from "react";
import { type Condition, DAYS } from "../../../../src/access/conditions.ts";
import { DEVICES } from "../../../../src/access/device.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Button } from "../../ui/Button.tsx";
import { CheckField, NumberField, TagsField, TextField } from "../../ui/fields.tsx";

interface ConditionFieldsProps {
  readonly condition: Condition;
  readonly onChange: (condition: Condition) => void;
  readonly onRemove: () => void;
}

/** One condition of a policy, as fields. */
export function ConditionFields({ condition, onChange, onRemove }: ConditionFieldsProps) {
  const { policies: text, general } = useMessages();
  const name = text.form.kinds[condition.kind];
  return (
    <fieldset className="condition">
      <legend>{name}</legend>
      <Fields condition={condition} onChange={onChange} />
      <Button look="bare" aria-label={`${general.remove}: ${name}`} onClick={onRemove}>
        {general.remove}
      </Button>
    </fieldset>
  );
}

function Fields({ condition, onChange }: Omit<ConditionFieldsProps, "onRemove">): ReactNode {
  const { form } = useMessages().policies;
  const texts = (
    label: string,
    value: readonly string[],
    of: (value: string[]) => Condition,
    hint?: string,
  ) => (
    <TagsField
      label={label}
      hint={hint}
      value={value}
      onChange={(next) => onChange(of(next))}
      suggestions={[]}
    />
  );
  switch (condition.kind) {
    case "time":
      return (
        <>
          <div className="row">
            {DAYS.map((day) => (
              <CheckField
                key={day}
                label={form.days[day]}
                isChecked={condition.days.includes(day)}
                onChange={(isChecked) =>
                  onChange({
                    ...condition,
                    days: DAYS.filter((each) => (each === day ? isChecked : condition.days.includes(each))),
                  })
                }
              />
            ))}
          </div>
          <div className="form-columns">
            <TextField
              label={form.from}
              hint={form.zoneHint}
              value={condition.from}
              onChange={(from) => onChange({ ...condition, from })}
              maxLength={5}
              isMono
            />
            <TextField
              label={form.to}
              hint={form.toHint}
              value={condition.to}
              onChange={(to) => onChange({ ...condition, to })}
              maxLength={5}
              isMono
            />
          </div>
        </>
      );
    case "address":
      return texts(form.ranges, condition.ranges, (ranges) => ({ ...condition, ranges }), form.rangesHint);
    case "mfa":
      return (
        <div className="form-columns">
          <NumberField
            label={form.maxAge}
            value={condition.maxAgeMinutes}
            onChange={(maxAgeMinutes = 1) => onChange({ ...condition, maxAgeMinutes })}
            min={1}
            max={1440}
          />
          {texts(
            form.methods,
            condition.methods ?? [],
            (methods) => {
              const { methods: _, ...rest } = condition;
              return methods.length > 0 ? { ...rest, methods } : rest;
            },
            form.methodsHint,
          )}
        </div>
      );
    case "device":
      return (
        <>
          <div className="row">
            {DEVICES.map((device) => (
              <CheckField
                key={device}
                label={form.devices[device]}
                isChecked={condition.devices.includes(device)}
                onChange={(isChecked) =>
                  onChange({
                    ...condition,
                    devices: DEVICES.filter((each) =>
                      each === device ? isChecked : condition.devices.includes(each),
                    ),
                  })
                }
              />
            ))}
          </div>
          <CheckField
            label={form.passkeyBound}
            isChecked={condition.isPasskeyBound === true}
            onChange={(isChecked) => {
              const { isPasskeyBound: _, ...rest } = condition;
              onChange(isChecked ? { ...rest, isPasskeyBound: true } : rest);
            }}
          />
          <CheckField
            label={form.deviceKnown}
            isChecked={condition.knownForDays !== undefined}
            onChange={(isChecked) => {
              const { knownForDays: _, ...rest } = condition;
              onChange(isChecked ? { ...rest, knownForDays: 7 } : rest);
            }}
          />
          {condition.knownForDays !== undefined && (
            <NumberField
              label={form.knownForDays}
              value={condition.knownForDays}
              onChange={(knownForDays = 1) => onChange({ ...condition, knownForDays })}
              min={1}
              max={365}
            />
          )}
        </>
      );
    case "purpose":
      return texts(
        form.purposes,
        condition.purposes,
        (purposes) => ({ ...condition, purposes }),
        form.purposesHint,
      );
    case "attribute":
      return (
        <div className="form-columns">
          <TextField
            label={form.attribute}
            value={condition.name}
            onChange={(attribute) => onChange({ ...condition, name: attribute })}
            maxLength={100}
            isMono
          />
          {texts(form.values, condition.values, (values) => ({ ...condition, values }), form.valuesHint)}
        </div>
      );
    case "feature":
      return (
        <TextField
          label={form.feature}
          value={condition.feature}
          onChange={(feature) => onChange({ ...condition, feature })}
          maxLength={100}
          isMono
        />
      );
    case "plan":
      return texts(form.plans, condition.plans, (plans) => ({ ...condition, plans }));
    default:
      return condition satisfies never;
  }
}
