//! Numbers of people at work: employees, and members of regulated professions.

use super::Group;
use super::form::{Definition, define};
use super::score::only_near;

/// An employee's number.
pub(super) const EMPLOYEE_ID: Definition = define("employee_id", "EMPLOYEE_ID", Group::Document)
    .code_within(2, (4, 20), only_near(72))
    .words(&["emp employee employeeid empid employeecode staffid staffnumber badge badgeid badgenumber \
        personnel personnelno personnelnumber personnelid staffno payrollnumber workerid personalnummer mitarbeiter \
        mitarbeiternummer mitarbeiterid personalnr matricule matriculeemploye employe matricola matricula medewerkersnummer numeroemploye \
        empleado numerodeempleado legajo dipendente codicedipendente matricoladipendente numerodimatricola \
        personeelsnummer medewerker medewerkersnr medewerkernummer werknemersnummer funcionario \
        numerodefuncionario colaborador persnr personalid mitarbeiternr numerodetrabajador numerodedipendente \
        numerodematricule numerodematricula numerodecolaborador"]);

/// A number of a member of a regulated profession: physicians, notaries, lawyers.
pub(super) const PROFESSIONAL_LICENCE: Definition =
    define("professional_licence", "PROFESSIONAL_LICENSE", Group::Document)
        .code_within(2, (4, 16), only_near(70))
        .words(&["professionallicense professionallicence notarylicense notarycommission barnumber \
            barlicense statebar nursinglicense medicallicensenumber gmcnumber nmcpin \
            zulassungsnummer approbationsnummer rpps adeli colegiado colegiada colegiacion \
            numerodecolegiado ncol n\u{ba}col n\u{b0}col n\u{ba}colegiado iscrizioneordine numeroalbo \
            bignummer bigregister ordemdosmedicos cedulaprofissional cedulaprofesional"]);
