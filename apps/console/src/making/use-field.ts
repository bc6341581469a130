import { Form, type FormInstance } from 'antd';

/** What a field of a form holds; undefined until the form is there, which antd's own types leave out. */
export function useField<V, K extends keyof V & string>(form: FormInstance<V>, name: K): V[K] | undefined {
  return Form.useWatch(name, form) as V[K] | undefined;
}
