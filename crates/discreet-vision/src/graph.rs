//! A frozen TensorFlow graph, reduced to its network: the parts that prepare pictures and select boxes are
//! removed, because OpenCV cannot read them.
//!
//! Of GraphDef (graph.proto and node_def.proto) only nodes, their names and their inputs are read.

use std::collections::{HashMap, HashSet};

use super::protobuf::{Field, fields, put_bytes, put_field};

const GRAPH_NODE: u64 = 1;
const NODE_NAME: u64 = 1;
const NODE_OPERATION: u64 = 2;
const NODE_INPUT: u64 = 3;

/// The nodes that `outputs` need, with `input` in place of all nodes before it. `None` if this is not such a
/// graph.
pub(super) fn cut(graph: &[u8], input: &str, outputs: &[String]) -> Option<Vec<u8>> {
    let mut inputs_of = HashMap::new();
    for node in nodes(graph) {
        let (name, inputs) = node?;
        inputs_of.insert(name, inputs);
    }
    let mut wanted: Vec<&[u8]> = outputs.iter().map(String::as_bytes).collect();
    let mut needed = HashSet::new();
    while let Some(name) = wanted.pop() {
        let inputs = inputs_of.get(name)?;
        if needed.insert(name) && name != input.as_bytes() {
            wanted.extend(inputs.iter().map(|input| node_of(input)));
        }
    }
    let mut kept = Vec::with_capacity(graph.len());
    for field in fields(graph) {
        match field? {
            Field::Bytes { number: GRAPH_NODE, bytes } => {
                let (name, _) = node(bytes)?;
                if name == input.as_bytes() {
                    let mut placeholder = Vec::new();
                    put_bytes(&mut placeholder, NODE_NAME, name);
                    put_bytes(&mut placeholder, NODE_OPERATION, b"Placeholder");
                    put_bytes(&mut kept, GRAPH_NODE, &placeholder);
                } else if needed.contains(name) {
                    put_bytes(&mut kept, GRAPH_NODE, bytes);
                }
            }
            other => put_field(&mut kept, &other),
        }
    }
    Some(kept)
}

type Node<'a> = (&'a [u8], Vec<&'a [u8]>);

fn nodes(graph: &[u8]) -> impl Iterator<Item = Option<Node<'_>>> {
    fields(graph).filter_map(|field| match field {
        Some(Field::Bytes { number: GRAPH_NODE, bytes }) => Some(node(bytes)),
        Some(_) => None,
        None => Some(None),
    })
}

fn node(message: &[u8]) -> Option<Node<'_>> {
    let (mut name, mut inputs) = (None, Vec::new());
    for field in fields(message) {
        match field? {
            Field::Bytes { number: NODE_NAME, bytes } => name = Some(bytes),
            Field::Bytes { number: NODE_INPUT, bytes } => inputs.push(bytes),
            _ => {}
        }
    }
    Some((name?, inputs))
}

/// The node of an input, which may be written `node:1` for its second output or `^node` for a control
/// dependency.
fn node_of(input: &[u8]) -> &[u8] {
    let input = input.strip_prefix(b"^").unwrap_or(input);
    input.split(|byte| *byte == b':').next().unwrap_or(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(nodes: &[(&str, &[&str])]) -> Vec<u8> {
        let mut graph = Vec::new();
        for (name, inputs) in nodes {
            let mut node = Vec::new();
            put_bytes(&mut node, NODE_NAME, name.as_bytes());
            inputs.iter().for_each(|input| put_bytes(&mut node, NODE_INPUT, input.as_bytes()));
            put_bytes(&mut graph, GRAPH_NODE, &node);
        }
        graph
    }

    #[test]
    fn only_what_the_outputs_need_is_left() {
        let whole = graph(&[
            ("file", &[]),
            ("scaled", &["file"]),
            ("weights", &[]),
            ("layer", &["scaled:0", "weights", "^weights"]),
            ("boxes", &["layer"]),
            ("chosen", &["boxes"]),
        ]);
        let small = cut(&whole, "scaled", &["boxes".into()]).unwrap();
        let names: Vec<_> =
            nodes(&small).map(|node| String::from_utf8(node.unwrap().0.to_vec()).unwrap()).collect();
        assert_eq!(names, ["scaled", "weights", "layer", "boxes"]);
    }

    #[test]
    fn a_graph_without_what_is_asked_for_is_refused() {
        let whole = graph(&[("boxes", &["layer"])]);
        assert_eq!(cut(&whole, "scaled", &["boxes".into()]), None, "its input is missing");
        assert_eq!(cut(&whole[..whole.len() - 1], "scaled", &[]), None, "cut short");
    }
}
