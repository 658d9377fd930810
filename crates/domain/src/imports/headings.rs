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
        name: "cancel_reason",
        label: "Reason for cancelling",
        required: false,
        headings: "cancelreason cancellationreason reasonforcancelling reason motivocancelacion \
            motivodecancelacion motivo stornogrund absagegrund grund motifannulation \
            motifdannulation motif",
    },
];
