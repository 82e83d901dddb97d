//! Organisations that help, and the three lists (需求、资源、项目). No private person stands here.

use crate::access::{Roles, SpaceKind};
use crate::kind::{Field, Find, Kind, Shape};
use crate::words::open_enum;

open_enum! {
    /// What sort of partner.
    PartnerKind {
        /// A property manager.
        Property = 0, "property", "物业";
        /// The police, a community officer.
        Police = 1, "police", "公安";
        /// A department or the street office.
        Department = 2, "department", "街道部门";
        /// A hospital or clinic.
        Health = 3, "health", "医疗卫生";
        /// A utility: water, gas, electricity, lifts.
        Utility = 4, "utility", "水电气梯";
        /// A shop or company.
        Company = 5, "company", "企业商户";
        /// A charity or a volunteers' organisation.
        Charity = 6, "charity", "社会组织";
        /// Any other.
        Another = 7, "other", "其他";
    }
}

open_enum! {
    /// Which of the three lists.
    ListKind {
        /// What residents need.
        Need = 0, "need", "需求清单";
        /// What partners offer.
        Offer = 1, "offer", "资源清单";
        /// What is done about it.
        Project = 2, "project", "项目清单";
    }
}

open_enum! {
    /// How far an item of a list has come.
    ListState {
        /// Nobody took it up yet.
        Open = 0, "open", "待对接";
        /// Taken up.
        Matched = 1, "matched", "已对接";
        /// Done.
        Done = 2, "done", "已完成";
    }
}

/// An organisation that matters are dispatched to (协办单位、社区合伙人).
pub static PARTNER: Kind = Kind {
    code: 16,
    name: "partner",
    zh: "协办单位",
    space: SpaceKind::Common,
    own: false,
    general: true,
    writers: Roles::OFFICE,
    fields: &[
        Field::new(1, "name", "名称", Shape::Text)
            .find(Find::Name)
            .needed(),
        Field::new(2, "kind", "类型", Shape::Word(PartnerKind::WORDS)),
        Field::new(3, "services", "可提供的服务", Shape::Texts)
            .max(4096)
            .find(Find::Text),
        Field::new(4, "office_phone", "单位电话", Shape::Text)
            .max(64)
            .find(Find::Phone),
        Field::new(5, "place", "地址", Shape::Text).find(Find::Text),
        Field::new(6, "note", "备注", Shape::Text)
            .max(4096)
            .find(Find::Text),
        Field::new(7, "ended", "结束合作", Shape::Day).ends(),
    ],
};

/// An item of one of the three lists.
pub static LIST_ITEM: Kind = Kind {
    code: 17,
    name: "item",
    zh: "三个清单",
    space: SpaceKind::Common,
    own: false,
    general: true,
    writers: Roles::CASEWORK,
    fields: &[
        Field::new(1, "list", "清单", Shape::Word(ListKind::WORDS)).needed(),
        Field::new(2, "title", "事项", Shape::Text)
            .find(Find::Text)
            .needed(),
        Field::new(3, "detail", "说明", Shape::Text)
            .max(8192)
            .find(Find::Text),
        Field::new(4, "partner", "协办单位", Shape::Id),
        Field::new(5, "state", "状态", Shape::Word(ListState::WORDS)),
        Field::new(6, "ended", "结束日期", Shape::Day).ends(),
    ],
};
