import { SetNodeLabelsDocument } from '../../generated/documents.js';
import { Field } from '../../kit/field.js';
import { labelsOf, linesOf, listed } from '../../kit/typed-refs.js';
import { LabelsField } from './fields.js';
import { NodeAction, type NodeFound } from './node-action.js';

/** Adds, changes and removes labels that people set. */
export function LabelsAction({ node }: { readonly node: NodeFound }) {
  const own = node.labels.filter(({ key }) => key.startsWith('admin.')).map(({ key }) => key);
  return (
    <NodeAction
      node={node}
      operation="setNodeLabels"
      label="Set labels"
      effect={
        <p>All at once. Labels of other namespaces belong to who writes ACLs, to the server and to the machine.</p>
      }
      document={SetNodeLabelsDocument}
      input={({ add, remove }) => ({ add: labelsOf(linesOf(add)), remove: [...listed(remove)] })}
    >
      <LabelsField label="Add or change" name="add" />
      <Field
        label="Remove"
        name="remove"
        isLong
        hint={
          own.length === 0 ? 'Keys, one in a line. It has none now.' : `Keys, one in a line, of: ${own.join(', ')}.`
        }
      />
    </NodeAction>
  );
}
