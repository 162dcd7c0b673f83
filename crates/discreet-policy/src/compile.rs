//! Compiles rules into one timetable for each declared name and audience.
//!
//! Rules about a class are compiled once and shared by its topics, so that the work grows with the sum of rules and
//! topics, not with their product.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::class::Class;
use super::declared::{Declaration, Declared, Ingress, Stakeholder, TopicPolicy};
use super::groups::{self, KeyGroup};
use super::parameter::{NodeParameters, ParameterPolicy, whole_node};
use super::rule::{Effect, Party, Rule, RuleId, Target, is_within};
use super::timetable::{Access, Builder, Timetable};
use super::verb::Verb;
use discreet_pii::PersonalData;

/// A policy's parts, compiled.
pub(super) struct Compiled {
    pub classes: Vec<Arc<Class>>,
    pub stakeholders: Vec<Stakeholder>,
    pub topics: Vec<Arc<TopicPolicy>>,
    pub groups: Vec<Arc<KeyGroup>>,
    /// Commands, then services, then the parts of actions, then the services for parameters.
    pub ingress: Vec<Arc<Ingress>>,
    /// The nodes with declared parameters, in file order.
    pub nodes: Vec<Arc<NodeParameters>>,
    pub rules: Vec<Rule>,
    pub personal: Arc<PersonalData>,
    /// The rules that decide something, somewhere, at some time.
    pub deciding: BTreeSet<RuleId>,
}

/// An audience by number: everyone is 0, stakeholders follow in file order.
type Who = usize;
const EVERYONE: Who = 0;

/// The rules about one class or one name, by audience.
type Layer = BTreeMap<Who, Builder>;
type Tables = BTreeMap<Who, Arc<Timetable>>;

pub(super) fn compile(declared: Declared, rules: Vec<Rule>) -> Compiled {
    let Declared { classes, stakeholders, topics, ingress: mut coming_in, personal } = declared;
    let mut classes: Vec<Arc<Class>> = classes.into_values().flatten().collect();
    classes.sort_by(|a, b| a.name().cmp(b.name()));
    let mut work = Work { stakeholders: &stakeholders, deciding: BTreeSet::new() };

    let by_class = work.class_tables(&classes, &rules);
    let no_tables = Finished::default();
    let mut compile_all = |declared: Vec<Declaration>, verb: Verb| -> Vec<(Declaration, Access)> {
        let own = work.own_layers(&declared, &rules, verb);
        let shared = |declaration: &Declaration| {
            let class = by_class.get(declaration.class.name()).filter(|_| verb.is_read());
            class.unwrap_or(&no_tables)
        };
        let accesses: Vec<Access> = declared
            .iter()
            .zip(own)
            .map(|(declaration, own)| work.access(shared(declaration), own))
            .collect();
        declared.into_iter().zip(accesses).collect()
    };
    let topics = compile_all(topics, Verb::Read);
    let mut ingress = Vec::new();
    let mut parameters = Vec::new();
    let mut readers = groups::Builder::default();
    for (verb, kind) in Verb::ALL.into_iter().filter_map(|verb| Some((verb, verb.ingress()?))) {
        let declared = coming_in.extract_if(.., |one| one.verb == verb).collect();
        let compiled = compile_all(declared, verb).into_iter();
        if matches!(verb, Verb::Get | Verb::Set) {
            parameters.extend(compiled);
            continue;
        }
        ingress.extend(compiled.map(|(declaration, access)| {
            let leaves = declaration.action_part().is_some_and(|part| !part.is_service());
            let readers = if leaves { readers.groups_of(&declaration.class, &access) } else { [None, None] };
            Arc::new(Ingress { kind, declaration, access, readers, parameters: None })
        }));
    }
    let nodes = nodes(parameters, &mut ingress, &mut readers);
    let deciding = work.deciding;
    let mut groups = groups::Builder::default();
    let mut topic = |(declaration, access): (Declaration, Access)| {
        let groups = groups.groups_of(&declaration.class, &access);
        Arc::new(TopicPolicy { declaration, access, groups })
    };
    Compiled {
        classes,
        topics: topics.into_iter().map(&mut topic).collect(),
        groups: groups.finish(),
        ingress,
        nodes,
        stakeholders,
        rules,
        personal,
        deciding,
    }
}

/// The nodes of these parameters, each once to be read and once to be set. Their services are added to `ingress`.
fn nodes(
    parameters: Vec<(Declaration, Access)>,
    ingress: &mut Vec<Arc<Ingress>>,
    readers: &mut groups::Builder,
) -> Vec<Arc<NodeParameters>> {
    let (gets, sets): (Vec<_>, Vec<_>) = parameters.into_iter().partition(|(one, _)| one.verb == Verb::Get);
    let mut nodes: Vec<(Declaration, NodeParameters)> = Vec::new();
    for (get, set) in gets.into_iter().zip(sets) {
        let Some(parameter) = get.0.parameter.clone() else { continue };
        if nodes.last().is_none_or(|(_, node)| node.name != parameter.node) {
            let (name, span) = (Arc::clone(&parameter.node), parameter.node_span);
            let node = NodeParameters { name, span, parameters: BTreeMap::new() };
            nodes.push((get.0.clone(), node));
        }
        if let Some((_, node)) = nodes.last_mut() {
            let readers = readers.groups_of(&get.0.class, &get.1);
            node.parameters.insert(parameter.name.clone(), ParameterPolicy { parameter, get, set, readers });
        }
    }
    let finish = |(template, node): (Declaration, NodeParameters)| {
        let node = Arc::new(node);
        ingress.extend(node.services(&template));
        node
    };
    nodes.into_iter().map(finish).collect()
}

/// The tables of one class, or of one name.
#[derive(Default)]
struct Finished {
    /// The tables of each audience's own rules.
    own: Tables,
    access: Option<Access>,
}

struct Work<'a> {
    stakeholders: &'a [Stakeholder],
    deciding: BTreeSet<RuleId>,
}

impl Work<'_> {
    fn audience(&self, names: &HashMap<&str, Who>, audience: &Party) -> Option<Who> {
        match audience {
            Party::Everyone => Some(EVERYONE),
            Party::Stakeholder(name) => names.get(name.as_ref()).copied(),
        }
    }

    fn numbers(&self) -> HashMap<&str, Who> {
        self.stakeholders.iter().enumerate().map(|(at, one)| (one.name.as_ref(), at + 1)).collect()
    }

    fn until(&self, who: Who) -> Option<i64> {
        self.stakeholders.get(who.checked_sub(1)?)?.until
    }

    fn add(&self, layer: &mut Layer, names: &HashMap<&str, Who>, rule: &Rule, effect: Effect) {
        for who in rule.who.iter().filter_map(|audience| self.audience(names, audience)) {
            layer.entry(who).or_default().add(rule, effect, self.until(who));
        }
    }

    fn class_tables(&mut self, classes: &[Arc<Class>], rules: &[Rule]) -> HashMap<String, Finished> {
        let names = self.numbers();
        let mut layers: HashMap<&str, Layer> = HashMap::new();
        for rule in rules.iter().filter(|rule| rule.verb.is_read()) {
            for target in &rule.targets {
                if let Target::Class(class) = target {
                    self.add(layers.entry(class.as_ref()).or_default(), &names, rule, rule.effect);
                }
            }
        }
        // Each class first on its own, reduced; then with its parents.
        let reduced: Vec<(&str, Tables)> =
            layers.into_iter().map(|(class, layer)| (class, finish(layer))).collect();
        let mut tables = HashMap::new();
        for class in classes {
            let mut layer = Layer::new();
            for (_, parent) in reduced.iter().filter(|(parent, _)| is_within(class.name(), parent)) {
                add_tables(&mut layer, parent);
            }
            let own = finish(layer);
            let access = self.combine(&own);
            tables.insert(class.name().to_owned(), Finished { own, access: Some(access) });
        }
        tables
    }

    /// For each declaration, the rules that name it, by its name or by a glob.
    fn own_layers(&self, declared: &[Declaration], rules: &[Rule], verb: Verb) -> Vec<Layer> {
        let names = self.numbers();
        let by_name: HashMap<&str, usize> =
            declared.iter().enumerate().map(|(at, t)| (t.pattern.text(), at)).collect();
        let mut by_node: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, declaration) in declared.iter().enumerate() {
            let node = declaration.parameter.as_ref().map(|parameter| parameter.node.as_ref());
            node.into_iter().for_each(|node| by_node.entry(node).or_default().push(at));
        }
        let mut by_glob: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut layers: Vec<Layer> = declared.iter().map(|_| Layer::new()).collect();
        for rule in rules.iter().filter(|rule| rule.verb == verb) {
            for target in &rule.targets {
                let Target::Names(pattern) = target else { continue };
                let reached: &[usize] = if let Some(node) = whole_node(pattern) {
                    by_node.get(node).map_or(&[], Vec::as_slice)
                } else if pattern.is_glob() {
                    by_glob.entry(pattern.text()).or_insert_with(|| {
                        let covered =
                            |(_, declaration): &(usize, &Declaration)| pattern.covers(&declaration.pattern);
                        declared.iter().enumerate().filter(covered).map(|(at, _)| at).collect()
                    })
                } else {
                    by_name.get(pattern.text()).map_or(&[], std::slice::from_ref)
                };
                for at in reached {
                    if let (Some(layer), Some(declaration)) = (layers.get_mut(*at), declared.get(*at)) {
                        self.add(layer, &names, rule, declaration.effect_of(rule));
                    }
                }
            }
        }
        layers
    }

    fn access(&mut self, shared: &Finished, own: Layer) -> Access {
        match &shared.access {
            // Nothing of its own: the class's tables serve it.
            Some(access) if own.is_empty() => {
                self.mark(&shared.own);
                access.clone()
            }
            _ => {
                let mut layer = own;
                add_tables(&mut layer, &shared.own);
                let tables = finish(layer);
                self.mark(&tables);
                self.combine(&tables)
            }
        }
    }

    /// The access of each audience: its own rules combined with those for everyone.
    fn combine(&self, own: &Tables) -> Access {
        let nothing = || Arc::new(Builder::default().finish());
        let everyone = own.get(&EVERYONE).cloned().unwrap_or_else(nothing);
        let mut named = Vec::new();
        for (who, table) in own.iter().filter(|(who, _)| **who != EVERYONE) {
            let Some(stakeholder) = who.checked_sub(1).and_then(|at| self.stakeholders.get(at)) else {
                continue;
            };
            // Messages for everyone leave in the open; only denies for everyone apply to a stakeholder's own access.
            let mut builder = Builder::default();
            builder.add_table(table);
            builder.add_denies(&everyone);
            named.push((Arc::clone(&stakeholder.name), Arc::new(builder.finish())));
        }
        Access { everyone, named }
    }

    /// Notes the rules that decide for some party.
    fn mark(&mut self, own: &Tables) {
        let everyone = own.get(&EVERYONE);
        self.deciding.extend(everyone.into_iter().flat_map(|table| table.deciding()));
        for (_, table) in own.iter().filter(|(who, _)| **who != EVERYONE) {
            let mut builder = Builder::default();
            builder.add_table(table);
            if let Some(everyone) = everyone {
                builder.add_table(everyone);
            }
            self.deciding.extend(builder.finish().deciding());
        }
    }
}

fn add_tables(layer: &mut Layer, tables: &Tables) {
    for (who, table) in tables {
        layer.entry(*who).or_default().add_table(table);
    }
}

fn finish(layer: Layer) -> Tables {
    layer.into_iter().map(|(who, builder)| (who, Arc::new(builder.finish()))).collect()
}
