//! Changes a model when it is loaded: ONNX Runtime accepts only pictures of the size in the file, and these
//! networks work with any. The file on disk keeps its hash.
//!
//! Of ONNX (onnx.proto) only the shapes of a graph's inputs and outputs are read; all else is copied.

use super::protobuf::{Field, fields, put_bytes, put_field};

const MODEL_GRAPH: u64 = 7;
const GRAPH_INPUT: u64 = 11;
const GRAPH_OUTPUT: u64 = 12;
const GRAPH_VALUE_INFO: u64 = 13;
const VALUE_TYPE: u64 = 2;
const TYPE_TENSOR: u64 = 1;
const TENSOR_SHAPE: u64 = 2;
const SHAPE_DIMENSION: u64 = 1;
const DIMENSION_NAME: u64 = 2;

/// The same model with free rows and columns; `None` if this is not an ONNX model.
pub(super) fn with_free_size(model: &[u8]) -> Option<Vec<u8>> {
    rewrite(model, &mut |number, graph| match number {
        MODEL_GRAPH => Some(free_graph(graph)),
        _ => None,
    })
}

fn free_graph(graph: &[u8]) -> Option<Vec<u8>> {
    let kept = drop_fields(graph, GRAPH_VALUE_INFO)?;
    rewrite(&kept, &mut |number, value| match number {
        GRAPH_INPUT => Some(within(value, &[VALUE_TYPE, TYPE_TENSOR, TENSOR_SHAPE], &free_rows_and_columns)),
        // The shape of an output follows from that of the input.
        GRAPH_OUTPUT => {
            Some(within(value, &[VALUE_TYPE, TYPE_TENSOR], &|tensor| drop_fields(tensor, TENSOR_SHAPE)))
        }
        _ => None,
    })
}

/// Dimensions 2 and 3 of (picture, plane, row, column) get names instead of numbers.
fn free_rows_and_columns(shape: &[u8]) -> Option<Vec<u8>> {
    let mut dimension = 0;
    rewrite(shape, &mut |number, _| {
        if number != SHAPE_DIMENSION {
            return None;
        }
        dimension += 1;
        let name = match dimension {
            3 => "rows",
            4 => "columns",
            _ => return None,
        };
        let mut free = Vec::new();
        put_bytes(&mut free, DIMENSION_NAME, name.as_bytes());
        Some(Some(free))
    })
}

/// Rewrites the message at the end of `path`.
fn within(message: &[u8], path: &[u64], change: &dyn Fn(&[u8]) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    let Some((next, rest)) = path.split_first() else { return change(message) };
    rewrite(message, &mut |number, inner| (number == *next).then(|| within(inner, rest, change)))
}

type Rewritten = Option<Option<Vec<u8>>>;

/// Rewrites each embedded message that `change` changes; `None` if any of it is malformed.
fn rewrite(message: &[u8], change: &mut dyn FnMut(u64, &[u8]) -> Rewritten) -> Option<Vec<u8>> {
    let mut rewritten = Vec::with_capacity(message.len() + 64);
    for field in fields(message) {
        let field = field?;
        match (field, &field) {
            (_, Field::Bytes { number, bytes }) => match change(*number, bytes) {
                Some(changed) => put_bytes(&mut rewritten, *number, &changed?),
                None => put_field(&mut rewritten, &field),
            },
            _ => put_field(&mut rewritten, &field),
        }
    }
    Some(rewritten)
}

fn drop_fields(message: &[u8], unwanted: u64) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(message.len());
    for field in fields(message) {
        let field = field?;
        if field.number() != unwanted {
            put_field(&mut kept, &field);
        }
    }
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(number: u64, inner: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_bytes(&mut bytes, number, inner);
        bytes
    }

    fn tensor_of(sides: &[u8]) -> Vec<u8> {
        let shape: Vec<u8> = sides.iter().flat_map(|side| message(SHAPE_DIMENSION, &[0x08, *side])).collect();
        message(VALUE_TYPE, &message(TYPE_TENSOR, &message(TENSOR_SHAPE, &shape)))
    }

    #[test]
    fn rows_and_columns_become_free_and_nothing_else_changes() {
        let node = message(1, b"a node");
        let input = message(GRAPH_INPUT, &tensor_of(&[1, 3, 100, 100]));
        let graph = [node.clone(), input, message(GRAPH_VALUE_INFO, b"guessed")].concat();
        let model = [vec![0x08, 6], message(MODEL_GRAPH, &graph), message(8, b"opset")].concat();

        let free = [
            message(SHAPE_DIMENSION, &[0x08, 1]),
            message(SHAPE_DIMENSION, &[0x08, 3]),
            message(SHAPE_DIMENSION, &message(DIMENSION_NAME, b"rows")),
            message(SHAPE_DIMENSION, &message(DIMENSION_NAME, b"columns")),
        ]
        .concat();
        let input =
            message(GRAPH_INPUT, &message(VALUE_TYPE, &message(TYPE_TENSOR, &message(TENSOR_SHAPE, &free))));
        let expected =
            [vec![0x08, 6], message(MODEL_GRAPH, &[node, input].concat()), message(8, b"opset")].concat();
        assert_eq!(with_free_size(&model), Some(expected));
    }

    #[test]
    fn what_is_no_model_is_refused_wherever_it_ends() {
        let model = message(MODEL_GRAPH, &message(GRAPH_INPUT, &tensor_of(&[1, 3, 100, 100])));
        for length in 1..model.len() {
            assert_eq!(with_free_size(&model[..length]), None, "{length}");
        }
    }
}
