import { NativeSelect, NumberInput, TagsInput, Textarea, TextInput } from "@mantine/core";
import type { ReactNode, Ref } from "react";

interface FieldProps {
  readonly label: string;
  /** Hides the label from the eye where the place says enough, never from a reader. */
  readonly isLabelHidden?: boolean;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly name?: string;
}

interface TextFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly isRequired?: boolean;
  readonly isMono?: boolean;
  readonly autoFocus?: boolean;
  readonly type?: "text" | "search";
  readonly maxLength?: number;
  readonly ref?: Ref<HTMLInputElement>;
}

function fieldProps({ label, isLabelHidden, hint, error, name }: FieldProps) {
  return isLabelHidden
    ? { "aria-label": label, error, name, size: "xs" as const }
    : { label, description: hint, error, name, size: "xs" as const, inputWrapperOrder };
}

const inputWrapperOrder: ("label" | "input" | "error" | "description")[] = [
  "label",
  "input",
  "error",
  "description",
];

export function TextField({ value, onChange, isRequired, isMono, autoFocus, ...props }: TextFieldProps) {
  return (
    <TextInput
      {...fieldProps(props)}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      placeholder={props.placeholder}
      required={isRequired}
      withAsterisk={false}
      type={props.type ?? "text"}
      maxLength={props.maxLength}
      data-autofocus={autoFocus || undefined}
      autoComplete="off"
      spellCheck={false}
      classNames={{ input: isMono ? "mono" : "" }}
      ref={props.ref}
    />
  );
}

interface TextAreaFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly maxLength?: number;
  readonly autoFocus?: boolean;
}

export function TextAreaField({ value, onChange, maxLength, autoFocus, ...props }: TextAreaFieldProps) {
  return (
    <Textarea
      {...fieldProps(props)}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      maxLength={maxLength}
      rows={3}
      data-autofocus={autoFocus || undefined}
    />
  );
}

interface NumberFieldProps extends FieldProps {
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
  readonly min?: number;
  readonly max?: number;
  readonly isWhole?: boolean;
  readonly placeholder?: string;
}

export function NumberField({
  value,
  onChange,
  min,
  max,
  isWhole = true,
  placeholder,
  ...props
}: NumberFieldProps) {
  return (
    <NumberInput
      {...fieldProps(props)}
      value={value ?? ""}
      onChange={(next) => onChange(next === "" ? undefined : Number(next))}
      min={min}
      max={max}
      allowDecimal={!isWhole}
      allowNegative={false}
      hideControls
      placeholder={placeholder}
      classNames={{ input: "number" }}
    />
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly isDisabled?: boolean;
}

interface SelectFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly choices: readonly Choice[];
}

/** The platform's own select: complete by keyboard, by touch and for readers. */
export function SelectField({ value, onChange, choices, ...props }: SelectFieldProps) {
  return (
    <NativeSelect
      {...fieldProps(props)}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={choices.map((choice) => ({
        value: choice.value,
        label: choice.label,
        disabled: choice.isDisabled,
      }))}
    />
  );
}

interface TagsFieldProps extends FieldProps {
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
  readonly suggestions: readonly string[];
}

export function TagsField({ value, onChange, suggestions, ...props }: TagsFieldProps) {
  return (
    <TagsInput
      {...fieldProps(props)}
      value={[...value]}
      onChange={onChange}
      data={[...suggestions]}
      comboboxProps={{ withinPortal: false }}
      acceptValueOnBlur
    />
  );
}
