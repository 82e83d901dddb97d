//! The community's own checklists.

use doorknock::NewVisit;
use doorknock::model::checklist::Template;
use doorknock_tests::visit;

use crate::street::*;

#[test]
fn answers_show_against_the_version_of_the_checklist_they_were_given_to() {
    let street = street(13);
    let Street {
        world,
        office,
        li,
        wang,
        door,
        ..
    } = &street;
    let text = |version: u32, question: &str| {
        let text = format!(
            "清单,stairs,楼道巡查,Stairway check,{version}\n分组,,消防\n项目,exit,{question},,是否\n"
        );
        Template::parse(&text).unwrap()
    };
    let refused = li.add_template(&text(1, "通道畅通"));
    assert_eq!(refused.unwrap_err().code(), "not_office");
    let first = office.add_template(&text(1, "通道畅通")).unwrap();
    assert_eq!(office.add_template(&text(1, "通道畅通")).unwrap(), first);
    let clash = office.add_template(&text(1, "通道无堆物")).unwrap_err();
    assert_eq!(clash.code(), "template_version");
    let taken = office
        .add_template(&Template::parse("清单,shop,店铺\n分组,,组\n项目,a,问题,,是否").unwrap())
        .unwrap_err();
    assert_eq!(taken.code(), "template_code_taken");

    // Li has it, Wang gets the visit before the checklist.
    sync(world, &[office, li]);
    let logged = |checklist: Option<&str>, answer: &str| NewVisit {
        checklist: checklist.map(str::to_owned),
        answers: vec![answer.to_owned()],
        ..visit(*door, "")
    };
    let visit_id = li.log_visit(&logged(Some("stairs"), "exit=yes")).unwrap();
    let wrong = li.log_visit(&logged(None, "exit=maybe")).unwrap_err();
    assert_eq!(wrong.code(), "bad_answer", "the care visit has an exit too");
    for (which, code) in [("stair", "no_such_checklist"), ("shop", "unknown_item")] {
        let refused = li.log_visit(&logged(Some(which), "stove=yes"));
        assert_eq!(refused.unwrap_err().code(), code, "{which}");
    }
    office.add_template(&text(2, "应急灯亮")).unwrap();
    assert!(office.retire_template(&doc(first.id)).unwrap());
    assert!(!office.retire_template(&doc(first.id)).unwrap());
    let built_in = office.retire_template("care-visit").unwrap_err();
    assert_eq!(built_in.code(), "template_built_in");
    street.sync();
    for home in [li, wang, office] {
        let answer = home.visit(visit_id).unwrap().answers;
        assert_eq!(answer[0].question.zh, "通道畅通");
        assert_eq!(answer[0].answer.zh, "是");
        assert_eq!(home.template("stairs").unwrap().template.version, 2);
        assert_eq!(home.templates().unwrap().len(), 7);
        let old = home.log_visit(&logged(Some(&doc(first.id)), "exit=yes"));
        assert_eq!(old.unwrap_err().code(), "template_retired");
    }
    street.same_everywhere();
}

fn doc(id: [u8; 16]) -> String {
    doorknock::model::ids::DocId(id).to_string()
}
