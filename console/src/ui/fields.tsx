import { NativeSelect, NumberInput, PasswordInput, TagsInput, Textarea, TextInput } from "@mantine/core";
import { type ReactNode, type Ref, useId } from "react";
import { useMessages } from "../messages/LocaleProvider.tsx";
import { Icon } from "./Icon.tsx";

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
  readonly type?: "text" | "search" | "email" | "url";
  /** What the browser may fill in; default: nothing. */
  readonly autoComplete?: string;
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
      autoComplete={props.autoComplete ?? "off"}
      spellCheck={false}
      classNames={{ input: isMono ? "mono" : "" }}
      ref={props.ref}
    />
  );
}

interface PasswordFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** The one it is now, or a new one: password managers offer what fits. */
  readonly autoComplete: "current-password" | "new-password";
  readonly autoFocus?: boolean;
}

export function PasswordField({ value, onChange, autoComplete, autoFocus, ...props }: PasswordFieldProps) {
  const { general } = useMessages();
  return (
    <PasswordInput
      {...fieldProps(props)}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete={autoComplete}
      data-autofocus={autoFocus || undefined}
      maxLength={PASSWORD_CHARACTERS_MAX}
      visibilityToggleButtonProps={{ "aria-label": general.showPassword, tabIndex: 0 }}
      visibilityToggleIcon={({ reveal }) => <Icon name={reveal ? "eyeOff" : "eye"} />}
    />
  );
}

/** The server's limit. */
const PASSWORD_CHARACTERS_MAX = 200;

interface CodeFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Digits of an app, or the letters and digits of a recovery code. */
  readonly kind: "digits" | "recovery";
  readonly autoFocus?: boolean;
}

/** A one-time code: one field, so that it can be pasted, filled in and read out. */
export function CodeField({ value, onChange, kind, autoFocus, ...props }: CodeFieldProps) {
  const isDigits = kind === "digits";
  return (
    <TextInput
      {...fieldProps(props)}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      inputMode={isDigits ? "numeric" : "text"}
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={isDigits ? 8 : 40}
      data-autofocus={autoFocus || undefined}
      classNames={{ input: isDigits ? "mono code-digits" : "mono" }}
    />
  );
}

interface CheckFieldProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly disabledReason?: string | null | false;
}

/** The browser's own box, in our colour. One that is off says why, and keeps its place in the order of keys. */
export function CheckField({ label, hint, isChecked, onChange, disabledReason }: CheckFieldProps) {
  const id = useId();
  const isOff = Boolean(disabledReason);
  const note = disabledReason || hint;
  return (
    <div className="check">
      <input
        id={id}
        type="checkbox"
        checked={isChecked}
        aria-disabled={isOff || undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        onChange={(event) => {
          if (!isOff) onChange(event.currentTarget.checked);
        }}
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {note && (
          <div id={`${id}-note`} className="quiet check-note">
            {note}
          </div>
        )}
      </div>
    </div>
  );
}

/** Boxes that belong together under one name. */
export function CheckGroup({
  label,
  error,
  children,
}: {
  label: string;
  error?: string | undefined;
  children: ReactNode;
}) {
  return (
    <fieldset className="check-group">
      <legend>{label}</legend>
      {children}
      {error && (
        <p className="check-error" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

interface TextAreaFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly maxLength?: number;
  readonly autoFocus?: boolean;
  readonly rows?: number;
  readonly isMono?: boolean;
}

export function TextAreaField({
  value,
  onChange,
  maxLength,
  autoFocus,
  rows = 3,
  isMono,
  ...props
}: TextAreaFieldProps) {
  return (
    <Textarea
      {...fieldProps(props)}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      maxLength={maxLength}
      rows={rows}
      classNames={{ input: isMono ? "mono" : "" }}
      spellCheck={isMono ? false : undefined}
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
