//! The headings under which offices keep their books, in English, Spanish, German and French.

use super::ImportKind;

/// A field that a file may fill, and how its column may be headed.
pub(super) struct Field {
    pub name: &'static str,
    pub label: &'static str,
    pub required: bool,
    /// Headings in plain spelling (see [`super::mapping::plain`]), best first, with spaces between.
    pub headings: &'static str,
}

/// The fields of a kind, in the order of the form.
pub(super) fn fields_of(kind: ImportKind) -> &'static [Field] {
    match kind {
        ImportKind::Clients => CLIENT_FIELDS,
        ImportKind::Events => EVENT_FIELDS,
        ImportKind::Resources => RESOURCE_FIELDS,
        ImportKind::Tasks => TASK_FIELDS,
        ImportKind::Assignments => ASSIGNMENT_FIELDS,
    }
}

const CLIENT_FIELDS: &[Field] = &[
    Field {
        name: "company_name",
        label: "Company or family name",
        required: true,
        headings: "companyname company organization organisation clientname client customername customer \
            accountname account empresa razonsocial compania nombreempresa cliente nombrecliente \
            firma firmenname unternehmen kunde kundenname societe entreprise raisonsociale \
            nomclient family familia familie famille name nombre nom",
    },
    Field {
        name: "contact_name",
        label: "Contact person",
        required: false,
        headings: "contactname contact contactperson maincontact person attn contacto personadecontacto \
            nombrecontacto ansprechpartner kontakt kontaktperson ansprechperson interlocuteur \
            personneacontacter nomcontact",
    },
    Field {
        name: "email",
        label: "E-mail",
        required: false,
        headings: "email emailaddress mail emails contactemail correo correoelectronico correoe \
            emailadresse mailadresse courriel adresseemail adressemail adresseelectronique",
    },
    Field {
        name: "phone",
        label: "Phone",
        required: false,
        headings: "phone phonenumber telephone tel telno mobile cell cellphone telefono tfno tlf movil \
            telefon telefonnummer telnr handy mobil telephoneno numerodetelephone portable",
    },
    Field {
        name: "address",
        label: "Address",
        required: false,
        headings: "address postaladdress streetaddress billingaddress street direccion domicilio adresse \
            anschrift postanschrift adressepostale",
    },
    Field {
        name: "notes",
        label: "Notes",
        required: false,
        headings: "notes note comments comment remarks remark notas nota observaciones comentarios notizen \
            notiz bemerkungen bemerkung anmerkungen kommentar remarques commentaires commentaire",
    },
];

const EVENT_FIELDS: &[Field] = &[
    Field {
        name: "name",
        label: "Name",
        required: true,
        headings: "event eventname eventtitle name title evento nombreevento nombredelevento nombre titulo \
            veranstaltung veranstaltungsname eventbezeichnung bezeichnung titel evenement \
            nomevenement nomdelevenement nom intitule titre subject",
    },
    Field {
        name: "client",
        label: "Client",
        required: true,
        headings: "client clientname company companyname customer customername account organization \
            organisation cliente nombrecliente empresa kunde kundenname auftraggeber firma \
            nomclient societe entreprise",
    },
    Field {
        name: "event_type",
        label: "Type",
        required: false,
        headings: "type eventtype kind category occasion tipo tipodeevento tipoevento categoria art typ \
            anlass veranstaltungsart eventtyp kategorie typeevenement typedevenement categorie \
            genre",
    },
    Field {
        name: "starts",
        label: "Start",
        required: true,
        headings: "start starts startsat startat startdate starttime startdatetime startdateandtime begin \
            begins beginsat from eventdate datetime date inicio comienzo fechainicio fechadeinicio \
            fechahorainicio empieza desde fecha fechayhora beginn anfang von startdatum startzeit \
            beginnt datum debut datedebut datededebut commence du",
    },
    Field {
        name: "ends",
        label: "End",
        required: true,
        headings: "end ends endsat endat enddate endtime enddatetime enddateandtime finish finishes to \
            until fin final fechafin fechadefin fechahorafin termina hasta ende bis enddatum \
            endzeit endet datefin datedefin finit au",
    },
    Field {
        name: "time_zone",
        label: "Time zone",
        required: false,
        headings: "timezone tz zone zonahoraria husohorario huso zeitzone fuseauhoraire fuseau",
    },
    Field {
        name: "location",
        label: "Location",
        required: false,
        headings: "venue location place site eventlocation address lugar sitio ubicacion local direccion \
            ort veranstaltungsort lieu endroit salle adresse",
    },
    Field {
        name: "estimated_attendees",
        label: "Headcount",
        required: false,
        headings: "guests attendees headcount estimatedattendees guestcount pax covers numberofguests \
            noofguests people invitados asistentes comensales personas numerodeinvitados gaste \
            gaesteanzahl gasteanzahl gaeste personen personenzahl teilnehmer anzahlgaste invites \
            convives personnes couverts nombredinvites",
    },
    Field {
        name: "status",
        label: "Status",
        required: false,
        headings: "status stage state phase estado fase situacion stand etat statut",
    },
    Field {
        name: "notes",
        label: "Notes",
        required: false,
        headings: "notes note comments comment remarks description notas nota observaciones comentarios \
            descripcion notizen bemerkungen anmerkungen beschreibung remarques commentaires",
    },
    Field {
        name: "archived",
        label: "Archived",
        required: false,
        headings: "archived isarchived archive archivado archivada archiviert archivee filed",
    },
    Field {
        name: "cancel_reason",
        label: "Reason for cancelling",
        required: false,
        headings: "cancelreason cancellationreason reasonforcancelling reason motivocancelacion \
            motivodecancelacion motivo stornogrund absagegrund grund motifannulation \
            motifdannulation motif",
    },
    Field {
        name: "number",
        label: "Number, by which other files name it",
        required: false,
        headings: "no number nr num nro numero nummer eventno eventnumber eventid id",
    },
];

const RESOURCE_FIELDS: &[Field] = &[
    Field {
        name: "name",
        label: "Name",
        required: true,
        headings: "name resource resourcename fullname person item nombre recurso persona articulo \
            ressource bezeichnung nom article",
    },
    Field {
        name: "type",
        label: "Type",
        required: true,
        headings: "type resourcetype kind category tipo tipoderecurso categoria art typ \
            ressourcentyp kategorie typederessource categorie genre",
    },
    Field {
        name: "role",
        label: "Role",
        required: false,
        headings: "role function position job jobtitle rol funcion puesto cargo rolle funktion \
            aufgabe fonction poste",
    },
    Field {
        name: "quantity",
        label: "Quantity",
        required: false,
        headings: "quantity qty count units amount stock cantidad unidades existencias menge anzahl \
            stuck stuckzahl bestand quantite nombre unites",
    },
    Field {
        name: "setup_minutes",
        label: "Setup, in minutes",
        required: false,
        headings: "setupminutes setup setuptime preparation montaje montajeminutos aufbau \
            aufbauminuten rustzeit montage",
    },
    Field {
        name: "teardown_minutes",
        label: "Teardown, in minutes",
        required: false,
        headings: "teardownminutes teardown teardowntime cleanup desmontaje abbau abbauminuten \
            demontage",
    },
    Field {
        name: "notes",
        label: "Notes",
        required: false,
        headings: "notes note comments comment remarks description notas nota observaciones comentarios \
            descripcion notizen bemerkungen anmerkungen beschreibung remarques commentaires",
    },
];

const TASK_FIELDS: &[Field] = &[
    Field {
        name: "title",
        label: "Task",
        required: true,
        headings: "task tasktitle taskname title todo tarea nombretarea titulo aufgabe aufgabenname \
            titel tache intitule titre",
    },
    Field { name: "event", label: "Event", required: true, headings: EVENT_REFERENCES },
    Field {
        name: "number",
        label: "Number, by which other tasks name it",
        required: false,
        headings: "no number nr num nro numero nummer taskno tasknumber taskid id",
    },
    Field {
        name: "category",
        label: "Before, during or after",
        required: false,
        headings: "category phase stage when categoria fase kategorie phasen categorie",
    },
    Field {
        name: "due",
        label: "Due",
        required: false,
        headings: "due dueat dueon duedate deadline duetime duedatetime vence vencimiento \
            fechalimite plazo fallig falligam frist termin echeance datelimite",
    },
    Field {
        name: "status",
        label: "Status",
        required: false,
        headings: "status state progress estado stand zustand etat statut",
    },
    Field {
        name: "assigned_to",
        label: "Assigned to",
        required: false,
        headings: "assignedto assignee owner responsible who asignadoa asignado responsable \
            zugewiesen zustandig verantwortlich assignea",
    },
    Field {
        name: "after",
        label: "After which tasks",
        required: false,
        headings: "aftertask after aftertasks dependson dependency dependencies prerequisite \
            prerequisites predecessor predecessors despuesde dependede requisito requisitos nach \
            nachaufgabe vorganger apres aprestache dependde",
    },
    Field {
        name: "description",
        label: "Description",
        required: false,
        headings: "description details notes note comments descripcion detalles notas beschreibung \
            notizen bemerkungen remarques details",
    },
];

const ASSIGNMENT_FIELDS: &[Field] = &[
    Field {
        name: "resource",
        label: "Resource",
        required: true,
        headings: "resource resourcename person staff employee item equipment recurso persona personal \
            empleado ressource mitarbeiter person gerat ressourcename personne employe",
    },
    Field { name: "event", label: "Event", required: true, headings: EVENT_REFERENCES },
    Field {
        name: "starts",
        label: "From",
        required: true,
        headings: "from start starts startsat starttime begin begins desde inicio empieza von beginn \
            anfang beginnt de du debut",
    },
    Field {
        name: "ends",
        label: "To",
        required: true,
        headings: "to until till end ends endsat endtime hasta fin termina bis ende endet a au \
            jusque",
    },
    Field {
        name: "quantity",
        label: "Quantity",
        required: false,
        headings: "quantity qty count units amount cantidad unidades menge anzahl stuck quantite unites",
    },
];

/// How a file says which event a row is for.
const EVENT_REFERENCES: &str = "eventno eventnumber eventnr eventid event eventname numeroevento \
    evento nombreevento veranstaltungsnr veranstaltung eventnummer numeroevenement evenement";
